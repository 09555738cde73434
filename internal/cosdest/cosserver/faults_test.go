package cosserver

import (
	"strings"
	"testing"
)

func TestFaultNames(t *testing.T) {
	seen := make(map[string]bool)
	for _, info := range FaultNames() {
		if seen[info.Name] || info.About == "" || strings.Contains(info.About, "\n") {
			t.Errorf("%+v: doubled, or not described in one line", info)
		}
		seen[info.Name] = true
		f := &Faults{}
		if err := f.Arm(info.Name + ":2"); err != nil || f.Pending() != 2 {
			t.Errorf("arm %s:2: got %d pending, %v; want 2", info.Name, f.Pending(), err)
		}
	}
	for _, name := range []string{"put-lost", "complete-error-inside", "list-uploads-refuse", "any-skewed", "list-lag"} {
		if !seen[name] {
			t.Errorf("%s is not in the list", name)
		}
	}
	for _, name := range []string{"", "put", "put-", "put-nothing", "head-exists", "put-lost:0", "put-lost:x", "put-lost:-1", "lost"} {
		if err := new(Faults).Arm(name); err == nil {
			t.Errorf("arm %q: no error", name)
		}
	}
}

func TestFaultsStrikeInOrder(t *testing.T) {
	f := &Faults{}
	f.Inject(Fault{Op: "part", Kind: "lost", Skip: 1, Key: "a"})
	f.Inject(Fault{Op: "any", Kind: "error", Count: 2})
	var got []string
	for _, r := range [][2]string{{"part", "b"}, {"part", "a"}, {"part", "a"}, {"part", "a"}, {"head", "a"}} {
		fault, _ := f.take(r[0], r[1])
		got = append(got, fault.Kind)
	}
	if want := "error,error,lost,,"; strings.Join(got, ",") != want {
		t.Errorf("got %q, want %q", strings.Join(got, ","), want)
	}
	if f.Pending() != 0 {
		t.Errorf("%d pending, want 0", f.Pending())
	}
}
