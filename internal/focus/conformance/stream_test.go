package conformance

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/focus"
)

// faulty is a file in which nearly every rule is broken somewhere.
func faulty(t testing.TB, version string) []byte {
	t.Helper()
	out := sampleTable(t, version).csv()
	for _, f := range faults() {
		tb := sampleTable(t, version)
		width := len(tb.header)
		if !f.span.holds(version) {
			continue
		}
		f.plant(tb)
		if len(tb.header) != width || tb.bytes != nil || f.name == "quote never closed" {
			continue // would change how the rest is read
		}
		body := tb.csv()
		out = append(out, body[bytes.IndexByte(body, '\n')+1:]...)
	}
	return append(out, "\r\na,\"b\r\n\"\"\",\r\n\"x\"y\"z,NULL\rq\"\"r,\n\"open,\n"...)
}

func TestReportIsTheSameForAnyChunksAndWorkers(t *testing.T) {
	for _, version := range focus.Versions() {
		file := faulty(t, version)
		want := check(t, file, Options{Version: version, Workers: 1, chunk: 4 << 20})
		if len(want.Findings) < 40 {
			t.Fatalf("%s: only %d findings to compare", version, len(want.Findings))
		}
		for _, chunk := range []int{1, 2, 3, 5, 64, 700, 701, 4096, 100_000} {
			for _, workers := range []int{1, 2, 7} {
				got := check(t, file, Options{Version: version, Workers: workers, chunk: chunk})
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, chunks of %d, %d workers (-one +many):\n%s", version, chunk, workers, diff)
				}
			}
		}
	}
}

func TestLineEndsDoNotMatter(t *testing.T) {
	file := faulty(t, "1.2")
	file = file[:bytes.LastIndex(file, []byte("\r\na,"))]
	want := check(t, file, Options{Version: "1.2"})
	for _, end := range []string{"\r\n", "\r"} {
		other := bytes.ReplaceAll(file, []byte("\n"), []byte(end))
		for _, chunk := range []int{1, 3, 500} {
			if diff := cmp.Diff(want, check(t, other, Options{Version: "1.2", chunk: chunk})); diff != "" {
				t.Errorf("%q, chunks of %d (-lf +other):\n%s", end, chunk, diff)
			}
		}
	}
}

func TestGzipReadsTheSame(t *testing.T) {
	file := faulty(t, "1.2")
	var zipped bytes.Buffer
	for part := range slices.Chunk(file, 5000) { // several members
		w := gzip.NewWriter(&zipped)
		if _, err := w.Write(part); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(check(t, file, Options{Version: "1.2"}), check(t, zipped.Bytes(), Options{Version: "1.2"})); diff != "" {
		t.Errorf("(-plain +gzip):\n%s", diff)
	}
	cut := zipped.Bytes()[:zipped.Len()-9]
	if _, err := Check(t.Context(), bytes.NewReader(cut), Options{Version: "1.2"}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut gzip: %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

func TestEndlessRecordStopsTheCheck(t *testing.T) {
	head := sampleTable(t, "1.2").csv()
	file := append(slices.Clone(head), `"never closed`...)
	file = append(file, bytes.Repeat([]byte("x,\n"), 5000)...)
	var want Report
	for i, chunk := range []int{1, 100, 2000, 100_000} {
		got := check(t, file, Options{Version: "1.2", chunk: chunk, record: 8000, Workers: 1 + i})
		if f, ok := got.Finding("F-CSV-LONG", ""); !ok || !slices.Equal(f.Rows, []int64{sampleRows + 2}) || !got.Stopped || got.Rows != sampleRows || len(got.Limits) != 1 {
			t.Errorf("chunks of %d: %+v", chunk, got)
		}
		if i == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("chunks of %d:\n%s", chunk, diff)
		}
	}
	if report := check(t, []byte(strings.Repeat("a,", 5000)), Options{Version: "1.2", record: 4000}); !report.Stopped {
		t.Errorf("endless header: %+v", report)
	}
}

// errReader fails after its text.
type errReader struct{ io.Reader }

var errBroken = errors.New("disk gone")

func (r errReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF {
		err = errBroken
	}
	return n, err
}

func TestStreamErrorsAndCancelEndTheCheck(t *testing.T) {
	file := sampleTable(t, "1.2").csv()
	if _, err := Check(t.Context(), errReader{bytes.NewReader(file)}, Options{}); !errors.Is(err, errBroken) {
		t.Errorf("broken stream: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errBroken)
	if _, err := Check(ctx, bytes.NewReader(file), Options{}); !errors.Is(err, errBroken) {
		t.Errorf("cancelled: %v", err)
	}
	for _, opt := range []Options{{Version: "2.0"}, {Version: "1.2", Applicable: []string{"NONSENSE"}}} {
		if report, err := Check(t.Context(), bytes.NewReader(file), opt); err == nil {
			t.Errorf("%+v: %+v", opt, report)
		}
	}
	if _, err := Check(t.Context(), strings.NewReader("a,b\n1,2\n"), Options{}); !errors.Is(err, ErrNoVersion) {
		t.Errorf("foreign file: %v", err)
	}
}

// longStream makes rows without end to what it is asked for: each with a new
// SkuPriceId and broken in its own way. It notes the greatest heap it saw.
type longStream struct {
	before, after []byte
	rows, made    int
	pending       []byte
	reads         int
	peak          uint64
}

func (s *longStream) Read(p []byte) (int, error) {
	if s.reads++; s.reads%64 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s.peak = max(s.peak, m.HeapAlloc)
	}
	for len(s.pending) < len(p) && s.made < s.rows {
		s.pending = append(s.pending, s.before...)
		s.pending = strconv.AppendInt(s.pending, int64(s.made), 10)
		s.pending = append(s.pending, s.after...)
		s.made++
	}
	if len(s.pending) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.pending)
	s.pending = s.pending[:copy(s.pending, s.pending[n:])]
	return n, nil
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	tb := sampleTable(t, "1.2")
	tb.rows = tb.rows[:1]
	tb.set(0, "ChargeFrequency", "Sometimes")
	tb.set(0, "SkuPriceId", "price-@")
	text := string(tb.csv())
	header, line, _ := strings.Cut(text, "\n")
	before, after, _ := strings.Cut(line, "@")
	const rows, bound = maxKeys + 30_000, 100 << 20
	runtime.GC() // what other tests left does not count
	stream := &longStream{before: []byte(before), after: []byte(after), rows: rows}
	report, err := Check(t.Context(), io.MultiReader(strings.NewReader(header+"\n"), stream), Options{Version: "1.2"})
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := report.Finding("F-VALUE", "ChargeFrequency"); f.Count != rows || report.Rows != rows {
		t.Errorf("%d rows, %d of them bad, want %d", report.Rows, f.Count, rows)
	}
	if want := []string{fmt.Sprintf("F-SKU-PARENT SkuPriceId: only the first %d keys were compared", maxKeys)}; !slices.Equal(report.Limits, want) {
		t.Errorf("limits %q, want %q", report.Limits, want)
	}
	if stream.peak == 0 || stream.peak > bound {
		t.Errorf("heap of %d bytes for a stream of %d, want at most %d", stream.peak, rows*len(line), bound)
	}
	t.Logf("greatest heap %.1f MiB for %.0f MiB of rows", float64(stream.peak)/(1<<20), float64(rows*len(line))/(1<<20))
}

func TestRowsDoNotAllocate(t *testing.T) {
	var file bytes.Buffer
	bulk(t, &file, 500)
	v, err := focus.LoadVersion("1.2")
	if err != nil {
		t.Fatal(err)
	}
	header, body, _ := bytes.Cut(file.Bytes(), []byte("\n"))
	p, err := newPlan(v, strings.Split(string(header), ","), nil)
	if err != nil {
		t.Fatal(err)
	}
	w, res, chunk := newWorker(p, newSeeds(), maxRecord), newResult(p), make([]byte, len(body))
	if n := testing.AllocsPerRun(20, func() {
		copy(chunk, body)
		res.reset()
		w.check(chunk, res)
	}); n != 0 || res.rows != 500 {
		t.Errorf("%v allocations for %d rows", n, res.rows)
	}
}
