package snapshot

import (
	"encoding/binary"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"deliverd/internal/bill"
	"deliverd/internal/period"
	"deliverd/internal/sample"
)

func sampleBill(t testing.TB, lines int) sample.Bill {
	t.Helper()
	m, err := period.ParseMonth("2025-12")
	if err != nil {
		t.Fatal(err)
	}
	return sample.Bill{UIN: "200020002001", Month: m, Lines: lines, Seed: 7, Members: 20}
}

func sampleLines(t testing.TB, lines int) []bill.Line {
	t.Helper()
	all := make([]bill.Line, 0, lines)
	for l := range sampleBill(t, lines).All() {
		all = append(all, *l)
	}
	return all
}

// layout is a way to put lines into the bytes of a block.
type layout struct {
	name   string
	encode func(dst []byte, lines []bill.Line) []byte
	decode func(raw string, visit func(*bill.Line))
}

var layouts = []layout{
	{"rows", func(dst []byte, lines []bill.Line) []byte {
		for i := range lines {
			for _, text := range lines[i] {
				dst = binary.AppendUvarint(dst, uint64(len(text)))
			}
			for _, text := range lines[i] {
				dst = append(dst, text...)
			}
		}
		return dst
	}, func(raw string, visit func(*bill.Line)) {
		var l bill.Line
		var lens [bill.NumFields]int
		for p := (parser{rest: raw}); p.rest != ""; visit(&l) {
			for f := range lens {
				lens[f] = p.number()
			}
			for f, n := range lens {
				l[f] = p.text(n)
			}
		}
	}},
	{"columns", func() func(dst []byte, lines []bill.Line) []byte {
		var c columns
		return func(dst []byte, lines []bill.Line) []byte {
			for i := range lines {
				c.add(&lines[i])
			}
			return c.appendTo(dst)
		}
	}(), func() func(raw string, visit func(*bill.Line)) {
		var b block
		return func(raw string, visit func(*bill.Line)) {
			if err := b.load(raw, wholeLine()); err != nil {
				panic(err)
			}
			for l := b.next(); l != nil; l = b.next() {
				visit(l)
			}
		}
	}()},
}

func wholeLine() []bill.Field {
	fields := make([]bill.Field, bill.NumFields)
	for f := range fields {
		fields[f] = bill.Field(f)
	}
	return fields
}

type codec struct {
	name       string
	compress   func(dst, raw []byte) []byte
	decompress func(dst, packed []byte) ([]byte, error)
}

func codecs(b *testing.B) []codec {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		b.Fatal(err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		b.Fatal(err)
	}
	return []codec{
		{"plain", func(dst, raw []byte) []byte { return append(dst, raw...) }, func(dst, packed []byte) ([]byte, error) { return append(dst, packed...), nil }},
		{"s2", func(dst, raw []byte) []byte { return s2.Encode(dst[:cap(dst)], raw) }, func(dst, packed []byte) ([]byte, error) { return s2.Decode(dst[:cap(dst)], packed) }},
		{"zstd", func(dst, raw []byte) []byte { return encoder.EncodeAll(raw, dst) }, func(dst, packed []byte) ([]byte, error) { return decoder.DecodeAll(packed, dst) }},
	}
}

// BenchmarkFormat is how the format was chosen: every layout with every
// codec, blocks of 2,048 lines, one core, in memory. See the package comment.
func BenchmarkFormat(b *testing.B) {
	lines := sampleLines(b, 32*blockRows)
	for _, how := range layouts {
		for _, codec := range codecs(b) {
			var packed [][]byte
			b.Run(how.name+"-"+codec.name+"/write", func(b *testing.B) {
				var raw []byte
				bytes, from := 0, cpuSeconds(b)
				for b.Loop() {
					packed, bytes = packed[:0], 0
					for from := 0; from < len(lines); from += blockRows {
						raw = how.encode(raw[:0], lines[from:from+blockRows])
						packed = append(packed, codec.compress(nil, raw))
						bytes += len(packed[len(packed)-1])
					}
				}
				b.ReportMetric(float64(b.N)*float64(len(lines))/(cpuSeconds(b)-from), "lines/s")
				b.ReportMetric(float64(bytes)/float64(len(lines)), "B/line")
			})
			b.Run(how.name+"-"+codec.name+"/read", func(b *testing.B) {
				b.ReportAllocs()
				var raw []byte
				read, from := 0, cpuSeconds(b)
				for b.Loop() {
					for _, p := range packed {
						var err error
						if raw, err = codec.decompress(raw[:0], p); err != nil {
							b.Fatal(err)
						}
						how.decode(string(raw), func(*bill.Line) { read++ })
					}
				}
				if read != b.N*len(lines) {
					b.Fatalf("%d lines, want %d", read, b.N*len(lines))
				}
				b.ReportMetric(float64(read)/(cpuSeconds(b)-from), "lines/s")
			})
		}
	}
}
