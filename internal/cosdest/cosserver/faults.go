package cosserver

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with requests of one operation.
type Fault struct {
	Op    string        // an operation of Operations, or "any"
	Kind  string        // a kind of Kinds
	Count int           // how many requests it strikes; 0 means one, negative means all from then on
	Skip  int           // how many requests pass before
	Key   string        // the one key it is about; empty means every
	Delay time.Duration // for slow, spaces and lag; 0 means their default
}

// Faults are the faults to come, in the order they were armed; a request
// meets at most one. They are safe for use by many goroutines.
type Faults struct {
	mu    sync.Mutex
	armed []*Fault
}

// FaultInfo is a fault that can be armed by its name.
type FaultInfo struct {
	Name  string // OPERATION-KIND
	About string // one line
}

type kind struct {
	name, about string
	ops         []string // it makes sense for; nil: all
}

// NewFaults arms the named faults; it panics on a name that Arm refuses.
func NewFaults(specs ...string) *Faults {
	f := &Faults{}
	for _, spec := range specs {
		if err := f.Arm(spec); err != nil {
			panic(err)
		}
	}
	return f
}

// Arm adds a fault by NAME or NAME:COUNT, with a name of FaultNames. A COUNT
// of "all" strikes every request from then on.
func (f *Faults) Arm(spec string) error {
	name, count, counted := strings.Cut(spec, ":")
	fault := Fault{Count: 1}
	if counted {
		n, err := strconv.Atoi(count)
		switch {
		case count == "all":
			n = -1
		case err != nil || n < 1:
			return fmt.Errorf("fault %q: the count is a number from 1 up, or all", spec)
		}
		fault.Count = n
	}
	for _, op := range append(operations(), "any") {
		rest, ok := strings.CutPrefix(name, op+"-")
		if ok && slices.ContainsFunc(kinds(), func(k kind) bool { return k.name == rest && k.suits(op) }) {
			fault.Op, fault.Kind = op, rest
			f.Inject(fault)
			return nil
		}
	}
	return fmt.Errorf("fault %q: no such fault", name)
}

// Inject adds a fault.
func (f *Faults) Inject(fault Fault) {
	if fault.Count == 0 {
		fault.Count = 1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = append(f.armed, &fault)
}

// Clear removes every fault.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = nil
}

// Pending is how many strikes are still to come; a fault without an end counts
// as one until it has struck.
func (f *Faults) Pending() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, fault := range f.armed {
		switch {
		case fault.Count > 0:
			n += fault.Count
		case fault.Count == -1:
			n++
		}
	}
	return n
}

// take gives the fault that strikes a request, and counts it.
func (f *Faults) take(op, key string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.armed {
		if fault.Op != op && fault.Op != "any" || fault.Key != "" && fault.Key != key {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			continue
		}
		if fault.Count--; fault.Count == 0 {
			f.armed = slices.Delete(f.armed, i, i+1)
		}
		return *fault, true
	}
	return Fault{}, false
}

// FaultNames lists every fault that Arm knows, by operation.
func FaultNames() []FaultInfo {
	var all []FaultInfo
	for _, op := range append(operations(), "any") {
		for _, k := range kinds() {
			if k.suits(op) {
				all = append(all, FaultInfo{Name: op + "-" + k.name, About: op + ": " + k.about})
			}
		}
	}
	return all
}

func operations() []string {
	return []string{"put", "initiate", "part", "complete", "abort", "head", "get", "delete",
		"list", "list-uploads", "list-parts", "head-bucket", "versioning"}
}

func (k kind) suits(op string) bool { return k.ops == nil || slices.Contains(k.ops, op) }

func kinds() []kind {
	uploads := []string{"put", "part", "complete"}
	summed := []string{"put", "part", "complete", "head", "get"}
	return []kind{
		{"refuse", "503 SlowDown before the body is read", nil},
		{"refuse-late", "503 SlowDown after the body is read, nothing stored", nil},
		{"error", "500 InternalError, nothing done", nil},
		{"busy", "429, nothing done", nil},
		{"timeout", "408, nothing done", nil},
		{"reset", "connection cut before anything is done", nil},
		{"lost", "done, then the connection is cut without an answer", nil},
		{"cut", "connection cut in the middle of the request's or the answer's body", nil},
		{"slow", "answered after a delay of 2s", nil},
		{"hang", "no answer until the client gives up, nothing done", nil},
		{"denied", "403 AccessDenied", nil},
		{"skewed", "403 RequestTimeTooSkewed", nil},
		{"expired", "400 ExpiredToken", nil},
		{"missing", "404 as if the object were not there yet", []string{"head", "get"}},
		{"gone", "404 NoSuchUpload", []string{"part", "complete", "abort", "list-parts"}},
		{"exists", "409 FileAlreadyExists, nothing done", uploads},
		{"wrong-crc", "done, answered with another crc-64", summed},
		{"no-crc", "done, answered without a crc-64", summed},
		{"error-inside", "200 with an error in its body, nothing done", []string{"complete"}},
		{"error-inside-done", "done, answered 200 with an error in its body", []string{"complete"}},
		{"spaces", "200 and spaces first, the result after a delay of 2s", []string{"complete"}},
		{"enabled", "answers that the bucket has versioning", []string{"versioning"}},
		{"suspended", "answers that the bucket had versioning once", []string{"versioning"}},
		{"lag", "leaves out what was written in the last 5s", []string{"list"}},
	}
}
