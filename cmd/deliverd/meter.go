package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"deliverd/internal/delivery"
)

// meter shows how far long work has come: a bar on a terminal, a line every
// few seconds elsewhere.
type meter struct {
	w        io.Writer
	terminal bool
	what     string
	bar      *progressbar.ProgressBar
	step     func(delivery.Step)
	current  delivery.StepName
	told     time.Time
}

// tellEvery is how often a line is printed where there is no terminal.
const tellEvery = 5 * time.Second

func newMeter(w io.Writer) *meter {
	m := &meter{w: w, terminal: isTerminal(w)}
	m.step = m.tell
	if m.terminal {
		m.step = m.draw
	}
	return m
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// start begins a new piece of work.
func (m *meter) start(what string) { m.what, m.current, m.told = what, "", time.Now() }

// done takes the bar away.
func (m *meter) done() {
	if m.bar != nil {
		_ = m.bar.Clear()
		m.bar = nil
	}
}

func (m *meter) tell(s delivery.Step) {
	if time.Since(m.told) < tellEvery {
		return
	}
	m.told = time.Now()
	total := ""
	if s.Total > 0 {
		total = fmt.Sprintf(" of %d", s.Total)
	}
	fmt.Fprintf(m.w, "%s: %s, %d%s lines\n", m.what, s.Name, s.Done, total)
}

func (m *meter) draw(s delivery.Step) {
	if m.bar == nil || m.current != s.Name {
		m.done()
		m.current = s.Name
		total := s.Total
		if total == 0 {
			total = -1
		}
		m.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(m.w), progressbar.OptionSetDescription(m.what+" "+string(s.Name)),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("lines"),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20))
	}
	_ = m.bar.Set64(s.Done)
}
