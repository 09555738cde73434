// Package buckettest is what every bucket that bills are delivered into has to
// satisfy: one conformance suite, run over the COS bucket and over the buckets
// in memory that stand in for it.
//
// It knows the contract of Put, Stat, List and AbortUploads. It does not know
// how a bucket is reached; it uses bodies of up to a few MiB, so a bucket that
// cuts them into parts should be given parts of 1 MiB.
package buckettest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"io/fs"
	"iter"
	"testing"

	"deliverd/internal/object"
)

// Bucket is what the suite tests.
type Bucket interface {
	Put(ctx context.Context, key string, body io.Reader, opt object.PutOptions) (object.Object, error)
	Stat(ctx context.Context, key string) (object.Object, error)
	List(ctx context.Context, prefix string) iter.Seq2[object.Object, error]
	AbortUploads(ctx context.Context, prefix string, mine func(key string) bool) (int, error)
}

// Reader is what a Bucket may offer besides; the suite then compares bytes and
// not only size and CRC-64.
type Reader interface {
	Get(ctx context.Context, key string) (io.ReadCloser, error)
}

const mib = 1 << 20

// Run runs the suite. Each call of open gives a new, empty bucket.
func Run(t *testing.T, open func(t *testing.T) Bucket) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Bucket)
	}{
		{"a reader's error fails the write", readerErrors},
		{"a reader's error keeps the replaced object", readerErrorOnReplace},
		{"stores what it is given", stores},
		{"readers that read little", slowReaders},
		{"an existing object stays", existing},
		{"the same content again is a success", again},
		{"replaces", replaces},
		{"an error before visible leaves nothing", beforeVisible},
		{"nothing is visible before it is complete", notBefore},
		{"an aborted upload never becomes visible", fence},
		{"aborts only what is asked for", abortsOnlyMine},
		{"a cancel leaves nothing", cancels},
		{"what is not there", notThere},
		{"lists by prefix and in order", lists},
		{"refuses keys that mean something else", keys},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

// Content is n bytes, different for every seed.
func Content(n int, seed byte) []byte {
	b := make([]byte, n)
	state := uint32(seed)*2654435761 + 12345
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = byte(state >> 24)
	}
	return b
}

// CheckStored fails unless the object at key is content.
func CheckStored(t *testing.T, b Bucket, key string, content []byte) {
	t.Helper()
	o, err := b.Stat(t.Context(), key)
	if err != nil {
		t.Fatalf("stat %s: %v", key, err)
	}
	checkObject(t, o, key, content)
	r, ok := b.(Reader)
	if !ok {
		return
	}
	body, err := r.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer body.Close()
	got, err := io.ReadAll(body)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("get %s: got %d bytes, %v; want the %d bytes stored", key, len(got), err, len(content))
	}
}

func checkObject(t *testing.T, o object.Object, key string, content []byte) {
	t.Helper()
	sum := crc64.Checksum(content, crc64.MakeTable(crc64.ECMA))
	if o.Key != key || o.Size != int64(len(content)) || !o.HasCRC64 || o.CRC64 != sum {
		t.Errorf("object: got %s, %d bytes, crc-64 %d (%v); want %s, %d bytes, crc-64 %d",
			o.Key, o.Size, o.CRC64, o.HasCRC64, key, len(content), sum)
	}
}

// CheckAbsent fails unless nothing is at key.
func CheckAbsent(t *testing.T, b Bucket, key string) {
	t.Helper()
	if o, err := b.Stat(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stat %s: got %+v, %v; want fs.ErrNotExist", key, o, err)
	}
	for o, err := range b.List(t.Context(), key) {
		if err != nil || o.Key == key {
			t.Errorf("list %s: got %+v, %v; want nothing", key, o, err)
		}
	}
}

// CheckNoOpenUpload fails if an upload is open anywhere in the bucket.
func CheckNoOpenUpload(t *testing.T, b Bucket) {
	t.Helper()
	var open []string
	n, err := b.AbortUploads(t.Context(), "", func(key string) bool { open = append(open, key); return true })
	if n != 0 || err != nil || len(open) != 0 {
		t.Errorf("open uploads: got %d at %q, %v; want none", n, open, err)
	}
}

func put(t *testing.T, b Bucket, key string, content []byte, opt object.PutOptions) object.Object {
	t.Helper()
	o, err := b.Put(t.Context(), key, bytes.NewReader(content), opt)
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	return o
}

func sized(n int) string { return fmt.Sprintf("%d bytes", n) }
