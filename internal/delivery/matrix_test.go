package delivery_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/delivery"
	"deliverd/internal/object"
)

// bigBill is a bill of few lines whose file has several parts of 1 MiB: its
// names are long.
func bigBill() []bill.Line {
	lines := small()
	for i := range 8 {
		lines = append(lines, charged(10+i, "2025-11-05", "200030010001", "1"))
		lines[len(lines)-1][bill.ResourceID] = "ins-1"
		lines[len(lines)-1][bill.ResourceName] = strings.Repeat(fmt.Sprintf("name %d ", i), 20_000)
	}
	return lines
}

// shape is a delivery that faults strike.
type shape struct {
	name    string
	lines   []bill.Line
	replace bool
	counts  []int  // how often a fault strikes; -1 is for good
	content string // what the object is in the end
}

const oldContent = "what was there before"

// shapes delivers each of them undisturbed, to learn what it comes to.
func shapes(t *testing.T) []shape {
	t.Helper()
	all := []shape{
		{name: "one put, new", lines: small(), counts: []int{1, -1}},
		{name: "parts, new", lines: bigBill(), counts: []int{1}},
		{name: "one part, replace", lines: small(), counts: []int{1, -1}, replace: true},
		{name: "parts, replace", lines: bigBill(), counts: []int{1}, replace: true},
	}
	for i := range all {
		r := newRig(t, all[i].lines)
		r.must(delivery.Delivered, "2025-11")
		all[i].content = r.content("2025-11")
	}
	if n := len(all[1].content); n < 1<<20 {
		t.Fatalf("the big file has %d bytes, want more than a part", n)
	}
	return all
}

// TestFaultMatrix lets every operation fail in every way, once and for good,
// under every shape of delivery. Whatever the result: the object is what it
// was or what it should be, no upload is open, and a run without faults ends
// with the right object.
func TestFaultMatrix(t *testing.T) {
	for _, s := range shapes(t) {
		used := operationsOf(t, s)
		for _, info := range cosserver.FaultNames() {
			op := operation(info.Name)
			if used[op] == 0 && op != "any" && op != "abort" {
				continue // it cannot strike; TestFaultsThatCannotStrike sees to it
			}
			for _, count := range s.counts {
				t.Run(fmt.Sprintf("%s/%s:%d", s.name, info.Name, count), func(t *testing.T) {
					t.Parallel()
					struck(t, s, cosserver.Fault{Op: op, Kind: info.Name[len(op)+1:], Count: count, Delay: time.Millisecond})
				})
			}
		}
	}
}

func TestFaultsThatCannotStrike(t *testing.T) {
	r, s := newCOS(t), shapes(t)[1]
	used := operationsOf(t, s)
	for _, info := range cosserver.FaultNames() {
		if op := operation(info.Name); used[op] == 0 && op != "any" && op != "abort" {
			r.faults.Inject(cosserver.Fault{Op: op, Kind: info.Name[len(op)+1:], Count: -1})
		}
	}
	armed := r.faults.Pending()
	if out := s.run(t, r, newRig(t, nil), 0); out.Result != delivery.Delivered || r.faults.Pending() != armed || armed == 0 {
		t.Errorf("got %s (%v), %d of %d faults left", out.Result, out.Err, r.faults.Pending(), armed)
	}
}

// operation is what a fault strikes: the longest operation its name begins with.
func operation(fault string) (op string) {
	for _, o := range []string{"put", "initiate", "part", "complete", "abort", "head", "get", "delete", "list", "list-uploads", "list-parts", "head-bucket", "versioning", "any"} {
		if strings.HasPrefix(fault, o+"-") && len(o) > len(op) {
			op = o
		}
	}
	return op
}

// operationsOf counts the operations of an undisturbed delivery.
func operationsOf(t *testing.T, s shape) map[string]int {
	t.Helper()
	r := newCOS(t)
	s.arrange(t, r)
	clear(r.ops)
	s.run(t, r, newRig(t, nil), 0)
	return r.ops
}

// arrange puts the object there that is to be replaced.
func (s shape) arrange(t *testing.T, r *cosRig) {
	t.Helper()
	if !s.replace {
		return
	}
	_, err := r.bucket(0).Put(t.Context(), s.key(t), strings.NewReader(oldContent), object.PutOptions{
		Meta: map[string]string{"deliverd-snapshot": "old", "deliverd-lines": "0", "deliverd-days": "0", "deliverd-gross": "0"}})
	if err != nil {
		t.Fatal(err)
	}
}

func (s shape) key(t *testing.T) string { return ownAccount().Key(when(t, "2025-11")) }

// run is one run of the program.
func (s shape) run(t *testing.T, r *cosRig, job *rig, attempt time.Duration) delivery.Outcome {
	t.Helper()
	job.source.lines = s.lines
	job.edit = func(c *delivery.Config) { c.Bucket, c.Conformance = r.bucket(attempt), delivery.SkipConformance }
	out := job.deliver("2025-11")[0]
	checkState(t, job.state)
	return out
}

func struck(t *testing.T, s shape, fault cosserver.Fault) {
	r := newCOS(t)
	s.arrange(t, r)
	attempt := time.Duration(0)
	if fault.Kind == "hang" {
		attempt = 200 * time.Millisecond
	}
	if fault.Op == "abort" { // there is one only when the write fails
		r.faults.Inject(cosserver.Fault{Op: "complete", Kind: "denied"})
	}
	r.faults.Inject(fault)
	job := newRig(t, nil)
	out := s.run(t, r, job, attempt)
	r.faults.Clear()

	content, there := r.content(s.key(t))
	switch {
	case there && content == s.content:
	case out.Result != delivery.Failed:
		t.Errorf("got %s, but %d bytes are there (%v), want %d", out.Result, len(content), there, len(s.content))
	case there != s.replace || there && content != oldContent:
		t.Errorf("after %v: %d bytes are there (%v), want what was there before or the whole file", out.Err, len(content), there)
	}
	if out.Result != delivery.Failed && out.Result != delivery.Delivered && out.Result != delivery.Replaced {
		t.Errorf("got %s (%v, %v)", out.Result, out.Reasons, out.Err)
	}
	if open := r.openUploads(); len(open) > 0 && !admitted(fault, out.Err) {
		t.Errorf("uploads stay open: %v (%s, %v)", open, out.Result, out.Err)
	}
	if again := s.run(t, r, job, 0); again.Err != nil || again.Result == delivery.Held {
		t.Errorf("the run after: got %s, %v, %v", again.Result, again.Err, again.Reasons)
	}
	if content, _ := r.content(s.key(t)); content != s.content {
		t.Errorf("the run after leaves %d bytes, want %d", len(content), len(s.content))
	}
	if open := r.openUploads(); len(open) > 0 {
		t.Errorf("the run after leaves uploads open: %v", open)
	}
}

// admitted: an upload can stay open when aborting itself is what fails, or the
// listing that finds it; the error says so, unless the bucket denies that there
// is an upload. The next run aborts it.
func admitted(fault cosserver.Fault, err error) bool {
	if fault.Op == "abort" && fault.Kind == "gone" {
		return true
	}
	return (fault.Op == "abort" || fault.Op == "list-uploads" || fault.Op == "any") && errors.Is(err, object.ErrUploadOpen)
}
