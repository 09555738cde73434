package main

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/ledger"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

// fleetDays are the daily files that are due of each account of a fleet.
const fleetDays = 3

// fleet is a site with many accounts, whose bucket nodes may share, each with a
// state folder of its own and all with one ledger in PostgreSQL. Three daily
// files of each account are due: those of 1 to 3 December.
type fleet struct {
	*site
	database string // blank: the ledger is that of one node
	bills    string // folder
	accounts []string
	year     int
	uploads  *uploads

	mu       sync.Mutex
	holding  *held
	always   func(cosserver.Event) // sees every request that begins
	requests int64                 // for always
}

// newFleet has this many accounts; of every tenth, the first included, the files
// have more than a part.
func newFleet(t testing.TB, accounts int, database string) *fleet {
	t.Helper()
	f := &fleet{site: newSite(t), database: database, uploads: newUploads()}
	f.bills = filepath.Join(f.dir, "december")
	f.watch(f.observed)
	now := time.Now().In(period.Zone)
	if f.year = now.Year(); now.Before(time.Date(f.year, time.December, 4, 3, 0, 0, 0, period.Zone)) {
		f.year--
	}
	for i := range accounts {
		uin := fmt.Sprint(200020010000 + i)
		f.accounts = append(f.accounts, uin)
		f.bill(i, 0)
	}
	return f
}

// bill writes a version of an account's bill: lines of the first days of
// December. A greater version has a higher gross.
func (f *fleet) bill(account, version int) {
	f.t.Helper()
	uin, lines := f.accounts[account], 2
	if account%10 == 0 {
		lines = 1500 // more than a part
	}
	var text strings.Builder
	header, _, _ := strings.Cut(billOf("1"), "\n")
	text.WriteString(header + "\n")
	for day := 1; day <= fleetDays; day++ {
		for i := range lines {
			date := fmt.Sprintf("%d-12-%02d", f.year, day)
			fmt.Fprintf(&text, "%d-12,%s,%d,%s,%s,Cloud Virtual Machine (CVM),Pay-as-you-go,Hourly settlement,Singapore,%s 00:00:00,%s 23:59:59,24,Hour,%d.%03d,%[8]d.%03[9]d,0,%[8]d.%03[9]d,USD\n",
				f.year, date, 10000*day+i, uin, uin, date, date, 1+version, account%1000)
		}
		lines = min(lines, 2)
	}
	f.write(fmt.Sprintf("december/%s-%d12-bill_details.csv", uin, f.year), text.String())
}

// configuration writes the configuration of a node, and returns its path. With
// no database the node is a single one.
func (f *fleet) configuration(name, database string) string {
	f.t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "state: state-%s\nhttp: {listen: \"127.0.0.1:0\"}\n", name)
	if database != "" {
		fmt.Fprintf(&text, "ledger: %q\n", database)
	}
	text.WriteString("accounts:\n")
	for _, uin := range f.accounts {
		fmt.Fprintf(&text, "  - {uin: %q, source: {files: %q}, daily: {at: \"0 3 2-4 12 *\", since: %d-12-01}, monthly: {enabled: false},\n"+
			"     bucket: {url: %q, prefix: focus/, secret-id: %s, secret-key-file: secret-key, part-size: 1MiB}}\n", uin, f.bills, f.year, f.url, secretID)
	}
	f.write(name+".yaml", text.String())
	return filepath.Join(f.dir, name+".yaml")
}

// node starts a node; one of a name that ran before goes on with its state.
func (f *fleet) node(name string) *process { return f.nodeAt(name, f.database) }

func (f *fleet) nodeAt(name, database string) *process {
	f.t.Helper()
	return f.start(f.t, name, nil, "run", "--config", f.configuration(name, database))
}

func (f *fleet) key(account, day int) string {
	return fmt.Sprintf("focus/FOCUS-bill_details-%s-%d12%02d.CSV", f.accounts[account], f.year, day)
}

// undisturbed is what one node makes of the same bills in another bucket.
func (f *fleet) undisturbed() map[string]object.Object {
	f.t.Helper()
	other := &fleet{site: newSite(f.t), bills: f.bills, accounts: f.accounts, year: f.year}
	path := other.configuration("alone", "")
	if out, err := other.program(f.t.Context(), nil, "deliver", "--due", "--config", path).CombinedOutput(); err != nil {
		f.t.Fatalf("undisturbed: %v\n%s", err, out)
	}
	other.config = path
	other.checkTidy("state-alone")
	return other.stats()
}

// stats are the objects of the bucket with their metadata.
func (s *site) stats() map[string]object.Object {
	s.t.Helper()
	all, b := map[string]object.Object{}, s.bucket()
	for o, err := range b.List(s.t.Context(), "") {
		if err == nil {
			o, err = b.Stat(s.t.Context(), o.Key)
		}
		if err != nil {
			s.t.Fatal(err)
		}
		o.Modified = time.Time{}
		all[o.Key] = o
	}
	return all
}

// held is a request that the bucket's server has received and not looked at.
type held struct {
	matches func(cosserver.Event) bool
	event   cosserver.Event
	arrived chan struct{}
	letGo   chan struct{}
	done    chan cosserver.Event
}

// hold holds back the first request that matches.
func (f *fleet) hold(matches func(cosserver.Event) bool) *held {
	h := &held{matches: matches, arrived: make(chan struct{}), letGo: make(chan struct{}), done: make(chan cosserver.Event, 1)}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.holding = h
	f.t.Cleanup(h.release) // the server does not end before
	return h
}

func (h *held) release() {
	select {
	case <-h.letGo:
	default:
		close(h.letGo)
	}
}

func (f *fleet) observed(e cosserver.Event) {
	f.uploads.observe(e)
	f.mu.Lock()
	h, always := f.holding, f.always
	mine := h != nil && !e.Done && h.event.RequestID == "" && h.matches(e)
	if mine {
		h.event = e
	}
	over := h != nil && e.Done && h.event.RequestID == e.RequestID
	f.mu.Unlock()
	switch {
	case mine:
		close(h.arrived)
		<-h.letGo
	case over:
		h.done <- e
	case always != nil && !e.Done:
		always(e)
	}
}

// await waits until every object is there.
func (f *fleet) await() error {
	return f.uploads.await(func() bool { return len(f.uploads.stored) == fleetDays*len(f.accounts) })
}

// arrives waits for the request that is held.
func (h *held) arrives(t *testing.T) {
	t.Helper()
	select {
	case <-h.arrived:
	case <-time.After(patience):
		t.Fatalf("the request did not come within %s", patience)
	}
}

// holder is which of the nodes has the account of a key. Another node is told
// when it asks for the account.
func (f *fleet) holder(key string, nodes ...*process) *process {
	f.t.Helper()
	l, err := ledger.Open(f.t.Context(), ledger.Config{Dir: f.t.TempDir(), Postgres: f.database})
	if err != nil {
		f.t.Fatal(err)
	}
	defer l.Close()
	uin, _, _ := period.ParseKey(strings.TrimPrefix(key, "focus/"))
	_, err = l.Lock(f.t.Context(), uin, 0)
	if held := new(ledger.HeldError); errors.As(err, &held) {
		for _, n := range nodes {
			if strings.HasSuffix(held.Holder, fmt.Sprintf(", process %d", n.cmd.Process.Pid)) {
				return n
			}
		}
	}
	f.t.Fatalf("none of the nodes has account %s: %v", uin, err)
	return nil
}

func sortedKeys[V any](all map[string]V) []string { return slices.Sorted(maps.Keys(all)) }
