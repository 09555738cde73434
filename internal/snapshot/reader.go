package snapshot

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"

	"deliverd/internal/bill"
)

// blocks reads the blocks of a file in order. Errors are those of the disk,
// or a [*CorruptError].
type blocks struct {
	path    string
	in      *bufio.Reader
	left    int64 // bytes up to the end of the last block
	number  uint32
	schema  []bill.Field
	decoder *zstd.Decoder
	packed  []byte
	raw     []byte
	block   block
}

// openBlocks reads the head; end is where the last block ends.
func openBlocks(f *os.File, end int64, decoder *zstd.Decoder) (*blocks, error) {
	b := &blocks{path: f.Name(), in: bufio.NewReaderSize(io.NewSectionReader(f, 0, end), 1<<16), left: end, decoder: decoder}
	first, err := b.take(nil, int64(len(headMagic))+4)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(first), headMagic) {
		return nil, b.corrupt("the file is no snapshot, or one of another version")
	}
	size := int64(binary.LittleEndian.Uint32(first[len(headMagic):]))
	whole, err := b.take(first, size+4)
	if err != nil {
		return nil, err
	}
	checked := whole[:len(whole)-4]
	if crc32.Checksum(checked, castagnoli) != binary.LittleEndian.Uint32(whole[len(checked):]) {
		return nil, b.corrupt("the head has a wrong checksum")
	}
	return b, b.columns(string(checked[len(first):]))
}

// columns finds the fields of the named columns.
func (b *blocks) columns(names string) error {
	fields := map[string]bill.Field{}
	for f := range bill.NumFields {
		fields[f.String()] = f
	}
	for name := range strings.SplitSeq(names, "\n") {
		f, ok := fields[name]
		if !ok {
			return b.corrupt(fmt.Sprintf("column %q is of another version", name))
		}
		b.schema = append(b.schema, f)
	}
	return nil
}

// take appends the next n bytes to dst.
func (b *blocks) take(dst []byte, n int64) ([]byte, error) {
	if n > b.left {
		return nil, b.corrupt("the file is cut short, or a length is wrong")
	}
	from := len(dst)
	dst = append(dst, make([]byte, n)...)
	if _, err := io.ReadFull(b.in, dst[from:]); err != nil {
		return nil, fmt.Errorf("read snapshot %s: %w", b.path, err)
	}
	b.left -= n
	return dst, nil
}

func (b *blocks) corrupt(problem string) error { return &CorruptError{b.path, problem} }

// next gives the next line, nil after the last. It is valid until the next
// call; its texts stay.
func (b *blocks) next() (*bill.Line, error) {
	if l := b.block.next(); l != nil {
		return l, nil
	}
	if b.left == 0 {
		return nil, nil
	}
	if err := b.load(); err != nil {
		return nil, err
	}
	return b.block.next(), nil
}

// load reads, checks and unpacks the next block.
func (b *blocks) load() (err error) {
	if b.packed, err = b.take(b.packed[:0], blockHead); err != nil {
		return err
	}
	size := int64(binary.LittleEndian.Uint32(b.packed))
	if b.packed, err = b.take(b.packed, size); err != nil {
		return err
	}
	if blockSum(b.number, b.packed) != binary.LittleEndian.Uint32(b.packed[8:]) {
		return b.corrupt(fmt.Sprintf("block %d has a wrong checksum", b.number))
	}
	b.raw, err = b.decoder.DecodeAll(b.packed[blockHead:], b.raw[:0])
	if err == nil && len(b.raw) != int(binary.LittleEndian.Uint32(b.packed[4:])) {
		err = errMalformed
	}
	if err == nil {
		err = b.block.load(string(b.raw), b.schema)
	}
	if err != nil {
		return b.corrupt(fmt.Sprintf("block %d: %v", b.number, err))
	}
	b.number++
	return nil
}
