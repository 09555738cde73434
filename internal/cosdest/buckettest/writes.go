package buckettest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/object"
)

// failing yields content and then err; together with the last bytes if joined.
type failing struct {
	content []byte
	err     error
	joined  bool
}

func (f *failing) Read(p []byte) (int, error) {
	n := copy(p, f.content)
	f.content = f.content[n:]
	if len(f.content) == 0 && (f.joined || n == 0) {
		return n, f.err
	}
	return n, nil
}

func readerErrors(t *testing.T, b Bucket) {
	errTorn := errors.New("the source tore")
	for _, err := range []error{errTorn, io.ErrUnexpectedEOF, fs.ErrNotExist} {
		for _, size := range []int{0, 1, mib - 1, mib, mib + 1, 3*mib + 5} {
			for _, joined := range []bool{false, true} {
				for _, replace := range []bool{false, true} {
					t.Run(err.Error()+" after "+sized(size), func(t *testing.T) {
						body := &failing{Content(size, 1), err, joined}
						_, got := b.Put(t.Context(), "dir/torn.csv", body, object.PutOptions{Replace: replace})
						if !errors.Is(got, err) {
							t.Errorf("put: got %v, want %v", got, err)
						}
						CheckAbsent(t, b, "dir/torn.csv")
						CheckNoOpenUpload(t, b)
					})
				}
			}
		}
	}
}

func readerErrorOnReplace(t *testing.T, b Bucket) {
	old := Content(1000, 1)
	put(t, b, "a.csv", old, object.PutOptions{})
	errTorn := errors.New("the source tore")
	for _, size := range []int{10, 2*mib + 1} {
		_, err := b.Put(t.Context(), "a.csv", &failing{content: Content(size, 2), err: errTorn}, object.PutOptions{Replace: true})
		if !errors.Is(err, errTorn) {
			t.Errorf("put: got %v, want %v", err, errTorn)
		}
		CheckStored(t, b, "a.csv", old)
		CheckNoOpenUpload(t, b)
	}
}

func stores(t *testing.T, b Bucket) {
	meta := map[string]string{"deliverd-rows": "12", "deliverd-snapshot": "s=1/2 x"}
	for i, size := range []int{0, 1, mib - 1, mib, mib + 1, 2 * mib, 3*mib + 7} {
		t.Run(sized(size), func(t *testing.T) {
			key, content := "p/"+string(rune('a'+i))+".csv", Content(size, byte(i))
			o := put(t, b, key, content, object.PutOptions{Meta: meta, ContentType: "text/csv"})
			checkObject(t, o, key, content)
			CheckStored(t, b, key, content)
			found, err := b.Stat(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(o, found); diff != "" {
				t.Errorf("put and stat differ (-put +stat):\n%s", diff)
			}
			if diff := cmp.Diff(meta, found.Meta); diff != "" {
				t.Errorf("metadata (-want +got):\n%s", diff)
			}
			if found.Modified.IsZero() {
				t.Error("modified: got the zero time")
			}
			CheckNoOpenUpload(t, b)
		})
	}
}

// hesitant gives nothing and no error before each read that gives something.
type hesitant struct {
	r    io.Reader
	next bool
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.next = !h.next; h.next {
		return 0, nil
	}
	return h.r.Read(p)
}

func slowReaders(t *testing.T, b Bucket) {
	content := Content(mib+100, 3)
	for name, r := range map[string]io.Reader{
		"hesitant": &hesitant{r: bytes.NewReader(content)},
		"halves":   iotest.HalfReader(bytes.NewReader(content)),
		"data-err": iotest.DataErrReader(bytes.NewReader(content)),
		"one-byte": iotest.OneByteReader(bytes.NewReader(content)),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := b.Put(t.Context(), name, r, object.PutOptions{}); err != nil {
				t.Fatal(err)
			}
			CheckStored(t, b, name, content)
		})
	}
}

func existing(t *testing.T, b Bucket) {
	old := Content(500, 1)
	put(t, b, "a.csv", old, object.PutOptions{})
	for _, size := range []int{0, 500, 2*mib + 1} {
		_, err := b.Put(t.Context(), "a.csv", bytes.NewReader(Content(size, 2)), object.PutOptions{})
		if !errors.Is(err, fs.ErrExist) {
			t.Errorf("put of %d bytes: got %v, want fs.ErrExist", size, err)
		}
		CheckStored(t, b, "a.csv", old)
		CheckNoOpenUpload(t, b)
	}
}

func again(t *testing.T, b Bucket) {
	for _, size := range []int{500, 2*mib + 1} {
		content := Content(size, 1)
		put(t, b, sized(size)[:3], content, object.PutOptions{})
		put(t, b, sized(size)[:3], content, object.PutOptions{})
		CheckStored(t, b, sized(size)[:3], content)
		CheckNoOpenUpload(t, b)
	}
}

func replaces(t *testing.T, b Bucket) {
	put(t, b, "a.csv", Content(500, 1), object.PutOptions{Meta: map[string]string{"deliverd-rows": "1", "old": "x"}})
	for i, size := range []int{1, 700, 2*mib + 1, 2*mib + 1} {
		content := Content(size, byte(i/2))
		meta := map[string]string{"deliverd-rows": string(rune('a' + i))}
		o := put(t, b, "a.csv", content, object.PutOptions{Replace: true, Meta: meta})
		if diff := cmp.Diff(meta, o.Meta); diff != "" {
			t.Errorf("metadata (-want +got):\n%s", diff)
		}
		CheckStored(t, b, "a.csv", content)
		CheckNoOpenUpload(t, b)
	}
	content := Content(800, 9)
	put(t, b, "new.csv", content, object.PutOptions{Replace: true})
	CheckStored(t, b, "new.csv", content)
}

func beforeVisible(t *testing.T, b Bucket) {
	errFenced := errors.New("the lock is gone")
	for _, size := range []int{0, 10, 2*mib + 1} {
		for _, replace := range []bool{false, true} {
			if replace && size == 0 {
				continue // an empty body replaces nothing; see cosdest
			}
			calls := 0
			_, err := b.Put(t.Context(), "a.csv", bytes.NewReader(Content(size, 1)), object.PutOptions{Replace: replace,
				BeforeVisible: func(context.Context) error { calls++; return errFenced }})
			if !errors.Is(err, errFenced) || calls != 1 {
				t.Errorf("%d bytes, replace %v: got %v after %d calls, want the hook's error after one", size, replace, err, calls)
			}
			CheckAbsent(t, b, "a.csv")
			CheckNoOpenUpload(t, b)
		}
	}
}

func notBefore(t *testing.T, b Bucket) {
	for _, size := range []int{0, 10, 2*mib + 1} {
		key := "k" + sized(size)[:1]
		calls := 0
		put(t, b, key, Content(size, 1), object.PutOptions{BeforeVisible: func(context.Context) error {
			calls++
			CheckAbsent(t, b, key)
			return nil
		}})
		if calls != 1 {
			t.Errorf("%d bytes: the hook was called %d times, want once", size, calls)
		}
		CheckStored(t, b, key, Content(size, 1))
	}
}
