package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/object"
	"deliverd/internal/snapshot"
)

// forgetful knows nothing of one key when it is asked for it.
type forgetful struct {
	delivery.Bucket
	key string
}

func (f forgetful) Stat(ctx context.Context, key string) (object.Object, error) {
	if key == f.key {
		return object.Object{}, fs.ErrNotExist
	}
	return f.Bucket.Stat(ctx, key)
}

// bent changes what the bucket says after a Put.
type bent struct {
	delivery.Bucket
	bend func(*object.Object)
}

func (b bent) Put(ctx context.Context, key string, body io.Reader, opt object.PutOptions) (object.Object, error) {
	o, err := b.Bucket.Put(ctx, key, body, opt)
	b.bend(&o)
	return o, err
}

func TestABucketThatShowsOtherBytesIsNoProof(t *testing.T) {
	for _, test := range []struct {
		name string
		bend func(*object.Object)
		says string
	}{
		{"no CRC-64", func(o *object.Object) { o.HasCRC64, o.CRC64 = false, 0 }, "no CRC-64"},
		{"another CRC-64", func(o *object.Object) { o.CRC64++ }, "should be"},
		{"another size", func(o *object.Object) { o.Size-- }, "should be"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, small())
			r.edit = func(c *delivery.Config) { c.Bucket = bent{r.bucket, test.bend} }
			out := r.must(delivery.Failed, "2025-11-10")
			if !strings.Contains(out.Err.Error(), test.says) || !strings.Contains(out.Err.Error(), out.Key) {
				t.Errorf("error: got %v, want one that says %q and the key", out.Err, test.says)
			}
			r.edit = nil
			r.must(delivery.Unchanged, "2025-11-10")
		})
	}
}

// TestABucketWithoutChecksumsNeverHoldsTheFile: what cannot be proved is
// written again, not believed.
func TestABucketWithoutChecksumsNeverHoldsTheFile(t *testing.T) {
	r := newRig(t, small())
	r.must(delivery.Delivered, "2025-11-10")
	r.edit = func(c *delivery.Config) { c.Bucket = unsummed{r.bucket} }
	r.must(delivery.Replaced, "2025-11-10")
}

// unsummed looks at objects without their CRC-64.
type unsummed struct{ delivery.Bucket }

func (u unsummed) Stat(ctx context.Context, key string) (object.Object, error) {
	o, err := u.Bucket.Stat(ctx, key)
	o.HasCRC64 = false
	return o, err
}

func TestMetadata(t *testing.T) {
	r := newRig(t, append(small(), charged(4, "2025-11-03", "200030010003", "-7.5")))
	out := r.must(delivery.Delivered, "2025-11-10")
	text := r.content("2025-11-10")
	want := map[string]string{
		"deliverd-snapshot": out.Snapshot,
		"deliverd-lines":    "4",
		"deliverd-rows":     "4",
		"deliverd-days":     "3",
		"deliverd-members":  "200030010001,200030010002,200030010003",
		"deliverd-gross":    "60.0",
		"deliverd-billed":   "52.5",
		"deliverd-focus":    "1.2",
		"deliverd-profile":  "strict",
		"deliverd-due":      "2025-11-10T19:00:00Z",
		"deliverd-size":     strconv.Itoa(len(text)),
		"deliverd-crc64":    fmt.Sprint(crc64.Checksum([]byte(text), crc64.MakeTable(crc64.ECMA))),
	}
	if diff := cmp.Diff(want, r.meta("2025-11-10")); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if out.Gross != "60.0" || out.Billed != "52.5" || out.Members != 3 || out.Days != 3 || out.Size != int64(len(text)) {
		t.Errorf("outcome: got %+v", out)
	}
}

// TestMetadataFitsIntoAHeader: COS takes 2 KB, names with their prefix included.
func TestMetadataFitsIntoAHeader(t *testing.T) {
	for _, n := range []int{1, 78, 79, 80, 5000} {
		r := newRig(t, members(n))
		r.source.reading.SkippedRows = 1 << 62
		out := r.must(delivery.Delivered, "2025-11")
		total := 0
		for name, value := range r.meta("2025-11") {
			total += len("x-cos-meta-") + len(name) + len(value)
		}
		if total > 2048 || out.Members != n {
			t.Errorf("%d members: metadata of %d bytes, want 2048 at most", out.Members, total)
		}
		if got := r.meta("2025-11")["deliverd-members"]; n > 80 && got != fmt.Sprintf("#%d", n) {
			t.Errorf("%d members: got %q, want their count", n, got)
		}
	}
}

// TestADamagedSnapshotNeverBecomesVisible damages the lines on disk after the
// file was proved and before it is sent.
func TestADamagedSnapshotNeverBecomesVisible(t *testing.T) {
	for _, replace := range []bool{false, true} {
		t.Run(fmt.Sprintf("replace %v", replace), func(t *testing.T) {
			r := newRig(t, invent(t, 3000, 1))
			was := ""
			if replace {
				r.must(delivery.Delivered, "2025-11-17")
				was = r.content("2025-11-17")
				r.source.lines[0][7] = "renamed"
			}
			r.fault = func(step membucket.Step, _ string) error {
				if step == membucket.Stat { // the first thing after the proof
					damage(t, r.state)
				}
				return nil
			}
			out := r.must(delivery.Failed, "2025-11-17")
			var corrupt *snapshot.CorruptError
			if !errors.As(out.Err, &corrupt) || out.Remedy() == "" {
				t.Errorf("error: got %v (try %q), want a CorruptError with a remedy", out.Err, out.Remedy())
			}
			if r.content("2025-11-17") != was {
				t.Error("the bucket changed")
			}
			r.fault = nil
			r.checkTidy()
			r.must(map[bool]delivery.Result{false: delivery.Delivered, true: delivery.Replaced}[replace], "2025-11-17")
		})
	}
}

// damage changes a byte in the middle of the newest snapshot.
func damage(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, uin, "*.bill"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("snapshots: %v, %v", paths, err)
	}
	path := paths[len(paths)-1]
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/3] ^= 0x55
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// twisted is a bucket that a second reader of the content slips into: what is
// stored is not what the content was, and the bucket does not notice.
type twisted struct{ delivery.Bucket }

func (w twisted) Put(ctx context.Context, key string, body io.Reader, opt object.PutOptions) (object.Object, error) {
	content, err := io.ReadAll(body)
	if err != nil {
		return object.Object{}, err
	}
	return w.Bucket.Put(ctx, key, bytes.NewReader(content[:len(content)-1]), opt)
}

func TestStoredBytesAreHeldAgainstTheProof(t *testing.T) {
	r := newRig(t, small())
	r.edit = func(c *delivery.Config) { c.Bucket = twisted{r.bucket} }
	r.must(delivery.Failed, "2025-11-10")
	r.edit = nil
	if checks := r.verify("2025-11-10"); checks[0].State != delivery.Differs {
		t.Errorf("verify: got %s, want differs: the bucket tells what it was to hold", checks[0].State)
	}
	r.must(delivery.Replaced, "2025-11-10")
}
