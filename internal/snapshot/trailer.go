package snapshot

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"

	"github.com/klauspost/compress/zstd"
)

// trailer is the fixed-size end of a snapshot.
type trailer struct {
	path      string
	id        []byte
	blocksEnd int64 // where the footer begins
	size      int64 // of the footer
	sum       uint32
	lines     int64
}

// maxFooter bounds the memory for a footer whose size is wrong.
const maxFooter = 1 << 30

// readTrailer reads the end of a file. The error may be a [*CorruptError].
func readTrailer(f *os.File) (trailer, error) {
	info, err := f.Stat()
	if err != nil {
		return trailer{}, err
	}
	bad := func(problem string) (trailer, error) { return trailer{}, &CorruptError{f.Name(), problem} }
	if info.Size() < int64(trailerBytes) {
		return bad("the file is cut short")
	}
	raw := make([]byte, trailerBytes)
	if _, err := f.ReadAt(raw, info.Size()-int64(trailerBytes)); err != nil {
		return trailer{}, fmt.Errorf("read snapshot %s: %w", f.Name(), err)
	}
	if string(raw[trailerBytes-len(trailMagic):]) != trailMagic {
		return bad("the file does not end like a snapshot: it is cut short, or something was written behind it")
	}
	checked := raw[:trailerBytes-len(trailMagic)-4]
	if crc32.Checksum(checked, castagnoli) != binary.LittleEndian.Uint32(raw[len(checked):]) {
		return bad("the trailer has a wrong checksum")
	}
	t := trailer{path: f.Name(), id: raw[:idBytes]}
	rest := checked[idBytes:]
	t.blocksEnd = int64(binary.LittleEndian.Uint64(rest))
	t.size = int64(binary.LittleEndian.Uint32(rest[8:]))
	t.sum = binary.LittleEndian.Uint32(rest[12:])
	t.lines = int64(binary.LittleEndian.Uint64(rest[16:]))
	if t.blocksEnd < 0 || t.size > maxFooter || t.blocksEnd+t.size+int64(trailerBytes) != info.Size() {
		return bad(fmt.Sprintf("the file has %d bytes, its trailer tells of %d", info.Size(), t.blocksEnd+t.size+int64(trailerBytes)))
	}
	return t, nil
}

// footer reads, checks and unpacks the footer.
func (t *trailer) footer(f *os.File, decoder *zstd.Decoder) ([]byte, error) {
	packed := make([]byte, t.size)
	if _, err := f.ReadAt(packed, t.blocksEnd); err != nil {
		return nil, fmt.Errorf("read snapshot %s: %w", t.path, err)
	}
	if crc32.Checksum(packed, castagnoli) != t.sum {
		return nil, &CorruptError{t.path, "the footer has a wrong checksum"}
	}
	text, err := decoder.DecodeAll(packed, nil)
	if err != nil {
		return nil, &CorruptError{t.path, "the footer is malformed: " + err.Error()}
	}
	return text, nil
}
