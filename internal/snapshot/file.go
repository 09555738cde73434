package snapshot

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"deliverd/internal/bill"
)

// A file is: head, blocks, footer, trailer.
//
//	head     magic, the names of the columns, checksum
//	block    packed size, size, checksum, then the lines (columns.go), packed
//	footer   packed JSON: what the bill is and comes to
//	trailer  id, where the footer begins, its size, its checksum, lines, checksum, magic
//
// Numbers are little endian, checksums CRC-32C. A block's covers its number
// in the file, so a block at another's place is as wrong as a flipped bit.
const (
	headMagic    = "deliverd bill 1\n"
	trailMagic   = "\nbill ends here\n"
	blockHead    = 12
	idBytes      = 16
	trailerBytes = idBytes + 8 + 4 + 4 + 8 + 4 + len(trailMagic)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// head is the first bytes of every file.
func head() []byte {
	var names []string
	for f := range bill.NumFields {
		names = append(names, f.String())
	}
	text := strings.Join(names, "\n")
	h := binary.LittleEndian.AppendUint32([]byte(headMagic), uint32(len(text)))
	h = append(h, text...)
	return binary.LittleEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

// file is what a snapshot is written to: an *os.File, or a test's full disk.
type file interface {
	io.WriteCloser
	Sync() error
	Name() string
}

// fileWriter writes head and blocks; a run of the sort ends there, a snapshot
// goes on with footer and trailer.
type fileWriter struct {
	file    file
	out     *bufio.Writer
	encoder *zstd.Encoder
	columns columns
	raw     []byte
	packed  []byte
	blocks  uint32
	lines   int64
	offset  int64
	closed  bool
}

func newFileWriter(f file, encoder *zstd.Encoder) (*fileWriter, error) {
	w := &fileWriter{file: f, out: bufio.NewWriterSize(f, 1<<18), encoder: encoder}
	return w, w.write(head())
}

func (w *fileWriter) write(b []byte) error {
	n, err := w.out.Write(b)
	w.offset += int64(n)
	return err
}

func (w *fileWriter) add(l *bill.Line) error {
	w.columns.add(l)
	w.lines++
	if w.columns.full() {
		return w.block()
	}
	return nil
}

// addRow is add, for a sorter.
func (w *fileWriter) addRow(l *bill.Line, _ string) error { return w.add(l) }

// block writes the collected lines.
func (w *fileWriter) block() error {
	if w.columns.rows == 0 {
		return nil
	}
	w.raw = w.columns.appendTo(w.raw[:0])
	w.packed = append(w.packed[:0], make([]byte, blockHead)...)
	w.packed = w.encoder.EncodeAll(w.raw, w.packed)
	binary.LittleEndian.PutUint32(w.packed[0:], uint32(len(w.packed)-blockHead))
	binary.LittleEndian.PutUint32(w.packed[4:], uint32(len(w.raw)))
	binary.LittleEndian.PutUint32(w.packed[8:], blockSum(w.blocks, w.packed))
	w.blocks++
	return w.write(w.packed)
}

// blockSum is the checksum of the n-th block, which stands in its head.
func blockSum(n uint32, packed []byte) uint32 {
	var number [4]byte
	binary.LittleEndian.PutUint32(number[:], n)
	sum := crc32.Update(0, castagnoli, number[:])
	sum = crc32.Update(sum, castagnoli, packed[:8])
	return crc32.Update(sum, castagnoli, packed[blockHead:])
}

// flush writes what is collected through to the file.
func (w *fileWriter) flush() error {
	if err := w.block(); err != nil {
		return err
	}
	return w.out.Flush()
}

// run ends the file as a run.
func (w *fileWriter) run() (run, error) {
	err := w.flush()
	if closing := w.close(); err == nil {
		err = closing
	}
	return run{path: w.file.Name(), end: w.offset}, err
}

// close closes the file, once.
func (w *fileWriter) close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	return w.file.Close()
}

// end writes footer and trailer, and through to the disk.
func (w *fileWriter) end(id string, footer []byte) error {
	err := w.block()
	if err == nil {
		err = w.trail(id, w.encoder.EncodeAll(footer, nil))
	}
	if err == nil {
		err = w.out.Flush()
	}
	if err == nil {
		err = w.file.Sync()
	}
	if closing := w.close(); err == nil {
		err = closing
	}
	return err
}

func (w *fileWriter) trail(id string, footer []byte) error {
	idText, err := hex.DecodeString(id)
	if err != nil || len(idText) != idBytes {
		return fmt.Errorf("%q is no snapshot id", id)
	}
	t := binary.LittleEndian.AppendUint64(idText, uint64(w.offset))
	t = binary.LittleEndian.AppendUint32(t, uint32(len(footer)))
	t = binary.LittleEndian.AppendUint32(t, crc32.Checksum(footer, castagnoli))
	t = binary.LittleEndian.AppendUint64(t, uint64(w.lines))
	t = binary.LittleEndian.AppendUint32(t, crc32.Checksum(t, castagnoli))
	if err := w.write(footer); err != nil {
		return err
	}
	return w.write(append(t, trailMagic...))
}
