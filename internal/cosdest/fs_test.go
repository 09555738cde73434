package cosdest_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/cosdest/buckettest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/object"
)

func TestFS(t *testing.T) {
	r := newRig(t)
	for _, key := range []string{"bills/2026-01/a.csv", "bills/2026-01/b.zip", "bills/2026-02/x/c.csv", "bills/top.csv", "other.csv"} {
		mustPut(t, r, key, []byte(key), object.PutOptions{})
	}
	client := r.foreign(t)
	for _, key := range []string{"bills/", "bills/2026-01/", "bills/2026-01/ü b.csv", "bills/2026-01//odd"} {
		if _, err := client.Object.Put(t.Context(), key, strings.NewReader(key), nil); err != nil {
			t.Fatal(err)
		}
	}
	fsys := r.FS(t.Context(), "bills")
	if err := fstest.TestFS(fsys, "2026-01/a.csv", "2026-01/b.zip", "2026-01/ü b.csv", "2026-02/x/c.csv", "top.csv"); err != nil {
		t.Error(err)
	}
	var walked []string
	err := fs.WalkDir(r.FS(t.Context(), ""), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			walked = append(walked, name)
		}
		return err
	})
	want := []string{"bills/2026-01/a.csv", "bills/2026-01/b.zip", "bills/2026-01/ü b.csv", "bills/2026-02/x/c.csv", "bills/top.csv", "other.csv"}
	if diff := cmp.Diff(want, walked); diff != "" || err != nil {
		t.Errorf("%v, walked (-want +got):\n%s", err, diff)
	}
	if _, err := fs.ReadFile(fsys, "other.csv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("outside the prefix: got %v, want fs.ErrNotExist", err)
	}
	if _, err := fs.ReadDir(fsys, "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: got %v, want fs.ErrNotExist", err)
	}
	if _, err := fsys.Open("../other.csv"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("outside: got %v, want fs.ErrInvalid", err)
	}
	r.faults.Inject(cosserver.Fault{Op: "any", Kind: "denied", Count: -1})
	if _, err := fsys.Open("top.csv"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("denied: got %v, want fs.ErrPermission", err)
	}
}

func TestZipInTheBucket(t *testing.T) {
	r := newRig(t)
	content := buckettest.Content(9*mib, 1)
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, name := range []string{"a.csv", "b.csv"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	mustPut(t, r, "bill.zip", packed.Bytes(), object.PutOptions{})
	f, err := r.FS(t.Context(), "").Open("bill.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r.faults.Inject(cosserver.Fault{Op: "get", Kind: "refuse"})
	archive, err := zip.NewReader(f.(io.ReaderAt), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.csv", "b.csv"} {
		if got, err := fs.ReadFile(archive, name); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: got %d bytes, %v; want %d", name, len(got), err, len(content))
		}
	}
	if n := r.count("get"); n > 10 {
		t.Errorf("%d requests for an archive of 18 MiB, want one for every window", n)
	}
	mustPut(t, r, "bill.zip", content, object.PutOptions{Replace: true})
	if _, err := f.(io.ReaderAt).ReadAt(make([]byte, 10), 0); err == nil || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("replaced meanwhile: got %v, want an error that says so", err)
	}
	if n, err := f.(io.ReaderAt).ReadAt(make([]byte, 10), int64(packed.Len())); n != 0 || err != io.EOF {
		t.Errorf("behind the end: got %d, %v; want io.EOF", n, err)
	}
}
