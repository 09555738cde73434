package billsource

import "io"

// meter tells Config.Progress how much of the chosen files has been read. A
// nil meter counts nothing.
type meter struct {
	tell              func(read, total int64)
	read, told, total int64
}

const tellEvery = 1 << 20

func (f *Files) meter(chosen *choice) *meter {
	if f.Progress == nil {
		return nil
	}
	m := &meter{tell: f.Progress}
	for i := range chosen.files {
		m.total += chosen.files[i].size
	}
	return m
}

func (m *meter) add(n int) {
	m.read += int64(n)
	if m.read-m.told >= tellEvery && m.read < m.total {
		m.told = m.read
		m.tell(m.read, m.total)
	}
}

func (m *meter) done() {
	if m != nil {
		m.tell(m.total, m.total)
	}
}

func (m *meter) reader(r io.Reader) io.Reader {
	if m == nil {
		return r
	}
	return meteredReader{r, m}
}

func (m *meter) readerAt(r io.ReaderAt) io.ReaderAt {
	if m == nil {
		return r
	}
	return meteredReaderAt{r, m}
}

type meteredReader struct {
	io.Reader
	m *meter
}

func (r meteredReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.m.add(n)
	return n, err
}

type meteredReaderAt struct {
	io.ReaderAt
	m *meter
}

func (r meteredReaderAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(p, off)
	r.m.add(n)
	return n, err
}
