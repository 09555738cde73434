package main

import (
	"slices"
	"strings"
	"testing"
)

// TestTwoDeliversAtOnce starts two processes on one state folder and one
// bucket: one waits for the other, and finds its work done.
func TestTwoDeliversAtOnce(t *testing.T) {
	s := newSite(t)
	s.write("bills/detail.csv", longBill(t, 0))
	ends := make(chan string)
	for range 2 {
		cmd := s.program(t.Context(), nil, "deliver", "--config", s.config, "--monthly", "2025-11")
		go func() {
			out, err := cmd.CombinedOutput()
			result, _, _ := strings.Cut(string(out), " ")
			if err != nil {
				result = err.Error() + ": " + string(out)
			}
			ends <- result
		}()
	}
	got := []string{<-ends, <-ends}
	if slices.Sort(got); !slices.Equal(got, []string{"delivered", "unchanged"}) {
		t.Errorf("got %q, want one delivered and one unchanged", got)
	}
	s.checkClean(s.contents())
}
