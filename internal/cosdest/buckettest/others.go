package buckettest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/object"
)

// fence aborts the uploads at a key while a writer is about to complete its
// own: what a node does that takes over an account.
func fence(t *testing.T, b Bucket) {
	old := Content(100, 1)
	put(t, b, "a.csv", old, object.PutOptions{})
	for _, size := range []int{10, 2*mib + 1} {
		_, err := b.Put(t.Context(), "a.csv", bytes.NewReader(Content(size, 2)), object.PutOptions{Replace: true,
			BeforeVisible: func(ctx context.Context) error {
				n, err := b.AbortUploads(ctx, "", func(key string) bool { return key == "a.csv" })
				if n != 1 {
					t.Errorf("aborted %d uploads, want 1", n)
				}
				return err
			}})
		if err == nil {
			t.Errorf("put of %d bytes: succeeded though its upload was aborted", size)
		}
		CheckStored(t, b, "a.csv", old)
		CheckNoOpenUpload(t, b)
	}
}

func abortsOnlyMine(t *testing.T, b Bucket) {
	var offered []string
	_, err := b.Put(t.Context(), "p/a.csv", bytes.NewReader(Content(2*mib, 2)), object.PutOptions{
		BeforeVisible: func(ctx context.Context) error {
			for _, prefix := range []string{"q/", "p/b", "p/"} {
				n, err := b.AbortUploads(ctx, prefix, func(key string) bool { offered = append(offered, key); return false })
				if n != 0 || err != nil {
					t.Errorf("abort uploads at %s: got %d, %v; want none", prefix, n, err)
				}
			}
			return nil
		}})
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	if diff := cmp.Diff([]string{"p/a.csv"}, offered); diff != "" {
		t.Errorf("keys asked about (-want +got):\n%s", diff)
	}
}

// cancelling cancels when it has given all of its content, and then goes on
// for ever.
type cancelling struct {
	content []byte
	cancel  context.CancelFunc
}

func (c *cancelling) Read(p []byte) (int, error) {
	if len(c.content) == 0 {
		c.cancel()
		return 1, nil
	}
	n := copy(p, c.content)
	c.content = c.content[n:]
	return n, nil
}

func cancels(t *testing.T, b Bucket) {
	for _, size := range []int{10, 2*mib + 1} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := b.Put(ctx, "a.csv", &cancelling{Content(size, 1), cancel}, object.PutOptions{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancel while reading: got %v, want a cancel", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		_, err = b.Put(ctx, "a.csv", bytes.NewReader(Content(size, 1)), object.PutOptions{
			BeforeVisible: func(ctx context.Context) error { cancel(); return ctx.Err() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancel before visible: got %v, want a cancel", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if _, err = b.Put(ctx, "a.csv", bytes.NewReader(Content(size, 1)), object.PutOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled from the start: got %v, want a cancel", err)
		}
		CheckAbsent(t, b, "a.csv")
		CheckNoOpenUpload(t, b)
	}
}

func notThere(t *testing.T, b Bucket) {
	CheckAbsent(t, b, "nothing/here.csv")
	put(t, b, "nothing/here.csv.zip", Content(3, 1), object.PutOptions{})
	CheckAbsent(t, b, "nothing/here.csv")
	if r, ok := b.(Reader); ok {
		if _, err := r.Get(t.Context(), "nothing/here.csv"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("get: got %v, want fs.ErrNotExist", err)
		}
	}
}

func lists(t *testing.T, b Bucket) {
	for i, key := range []string{"b/2", "a", "b/10", "b.csv", "c/x/y", "b/1", "B/1"} {
		put(t, b, key, Content(i, 1), object.PutOptions{})
	}
	for prefix, want := range map[string][]string{
		"":      {"B/1:6", "a:1", "b.csv:3", "b/1:5", "b/10:2", "b/2:0", "c/x/y:4"},
		"b/":    {"b/1:5", "b/10:2", "b/2:0"},
		"b/1":   {"b/1:5", "b/10:2"},
		"nope/": nil,
	} {
		var got []string
		for o, err := range b.List(t.Context(), prefix) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, o.Key+":"+string(rune('0'+o.Size)))
			if o.Modified.IsZero() {
				t.Errorf("%s: modified is the zero time", o.Key)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("list %q (-want +got):\n%s", prefix, diff)
		}
	}
	for o := range b.List(t.Context(), "") {
		if o.Key != "B/1" {
			t.Errorf("first key: got %s, want B/1", o.Key)
		}
		break
	}
}

func keys(t *testing.T, b Bucket) {
	for _, key := range []string{"", "/", "/a", "..", ".", "a/../b", "a/./b", "../a", "a/..", "a/", "a//b",
		"a b", "ü", "a%2Fb", "a+b", "a?b", "a\nb", "a\x00", strings.Repeat("k", 851)} {
		if _, err := b.Put(t.Context(), key, strings.NewReader("x"), object.PutOptions{}); err == nil {
			t.Errorf("put at %q: succeeded, want an error", key)
		}
	}
	for _, err := range b.List(t.Context(), "") {
		t.Fatalf("list: got an entry (%v), want none", err)
	}
	for _, key := range []string{"a", "a/b", "A/b=c_d-e.f/..g", strings.Repeat("k", 850)} {
		if _, err := b.Put(t.Context(), key, io.LimitReader(strings.NewReader("xyz"), 2), object.PutOptions{}); err != nil {
			t.Errorf("put at %q: %v", key, err)
		}
		CheckStored(t, b, key, []byte("xy"))
	}
}
