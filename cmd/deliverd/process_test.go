package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"deliverd/internal/httpapi"
)

// patience is how long a test waits for what must come.
const patience = 3 * time.Minute

// process is deliverd as a process of its own, and what it logs.
type process struct {
	t     testing.TB
	name  string
	cmd   *exec.Cmd
	ended chan struct{} // closed: it has ended, and all it said is in lines

	mu    sync.Mutex
	more  *sync.Cond // lines, or the end
	lines []string
	read  int // lines that wait has passed
}

// start starts deliverd; the end of the test kills it.
func (s *site) start(t testing.TB, name string, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: name, cmd: s.program(context.WithoutCancel(t.Context()), env, args...), ended: make(chan struct{})}
	p.more = sync.NewCond(&p.mu)
	said, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.listen(said)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, strings.Join(p.lines[max(0, len(p.lines)-15):], "\n"))
		}
	})
	return p
}

func (p *process) listen(said io.Reader) {
	for lines := bufio.NewScanner(said); lines.Scan(); {
		p.mu.Lock()
		p.lines = append(p.lines, lines.Text())
		p.mu.Unlock()
		p.more.Broadcast()
	}
	p.cmd.Wait()
	close(p.ended)
	p.more.Broadcast()
}

// says waits for a line of the log that holds the text, and returns it.
func (p *process) says(text string) string {
	p.t.Helper()
	return p.lineFrom(0, text)
}

// wait is says for a line that holds all the texts and comes after the one that
// was waited for before.
func (p *process) wait(texts ...string) string {
	p.t.Helper()
	return p.lineFrom(p.read, texts...)
}

// lineFrom waits for a line that holds all the texts, from one on.
func (p *process) lineFrom(seen int, texts ...string) string {
	p.t.Helper()
	until := time.Now().Add(patience)
	late := time.AfterFunc(patience, p.more.Broadcast)
	defer late.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for ; ; p.more.Wait() {
		for ; seen < len(p.lines); seen++ {
			line := p.lines[seen]
			if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
				p.read = max(p.read, seen+1)
				return line
			}
		}
		select {
		case <-p.ended: // with p.mu held: all is in lines that ever will be
			p.t.Fatalf("%s ended (%s) before it said %q", p.name, p.cmd.ProcessState, texts)
		default:
		}
		if time.Now().After(until) {
			p.t.Fatalf("%s did not say %q within %s", p.name, texts, patience)
		}
	}
}

// said is all of its log.
func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// listening is the address of its pages.
func (p *process) listening() string {
	p.t.Helper()
	var line struct{ Address string }
	if err := json.Unmarshal([]byte(p.says(`"listening"`)), &line); err != nil {
		p.t.Fatal(err)
	}
	return "http://" + line.Address
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Errorf("%s: %s: %v", p.name, s, err)
	}
}

// config is the configuration it was started with.
func (p *process) config() string { return p.cmd.Args[len(p.cmd.Args)-1] }

// kill is kill -9, and waits for the end.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// stop asks it to end, and fails the test unless it does as it should.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	p.ends(exitDone)
}

// ends waits for the end, and fails the test unless it is this one.
func (p *process) ends(want int) {
	p.t.Helper()
	<-p.ended
	if code := p.cmd.ProcessState.ExitCode(); code != want {
		p.t.Errorf("%s: exit code %d, want %d", p.name, code, want)
	}
}

// settles waits until the daemon has seen to every account itself: then the
// ledger knows of all that is in the bucket.
func (p *process) settles() {
	p.t.Helper()
	page := p.listening() + "/status.json"
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for until := time.Now().Add(patience); ; <-again.C {
		unseen, accounts := p.unseen(page)
		if accounts > 0 && unseen == 0 {
			return
		}
		if time.Now().After(until) {
			p.t.Fatalf("%s has not seen to %d of %d accounts within %s", p.name, unseen, accounts, patience)
		}
	}
}

// unseen counts the accounts that the daemon has not seen to yet, and those it
// knows: none before it has begun.
func (p *process) unseen(url string) (unseen, accounts int) {
	p.t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	var status struct{ Accounts []httpapi.Account }
	if err := json.NewDecoder(answer.Body).Decode(&status); err != nil {
		p.t.Fatal(err)
	}
	for _, account := range status.Accounts {
		if len(account.Cadences) == 0 {
			unseen++
		}
	}
	return unseen, len(status.Accounts)
}
