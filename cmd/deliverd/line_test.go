package main

import (
	"cmp"
	"net"
	"net/url"
	"sync"
	"testing"
)

// line is what a node reaches PostgreSQL through. It can be cut: then nothing
// goes through any more, and neither end is told.
type line struct {
	database string // URL through it

	mu    sync.Mutex
	cut   bool
	over  chan struct{} // closed: the test is over
	conns []*wire
}

func newLine(t *testing.T, database string) *line {
	t.Helper()
	far, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{over: make(chan struct{})}
	t.Cleanup(func() {
		close(l.over)
		listener.Close()
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, w := range l.conns {
			w.near.Close()
			w.far.Close()
		}
	})
	near := *far
	near.Host = listener.Addr().String()
	l.database = near.String()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			l.connect(conn, far.Host)
		}
	}()
	return l
}

// wire is one connection through a line.
type wire struct {
	near, far net.Conn
	dead      chan struct{} // closed: nothing goes through any more
}

func (l *line) connect(near net.Conn, host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &wire{near: near, far: near, dead: make(chan struct{})}
	l.conns = append(l.conns, w)
	if l.cut {
		return // and nobody answers
	}
	far, err := net.Dial("tcp", host)
	if err != nil {
		near.Close()
		return
	}
	w.far = far
	go l.carry(w, near, far)
	go l.carry(w, far, near)
}

func (l *line) carry(w *wire, to, from net.Conn) {
	some := make([]byte, 32<<10)
	for {
		n, err := from.Read(some)
		select {
		case <-w.dead:
			<-l.over
			return
		default:
		}
		if n > 0 {
			_, writing := to.Write(some[:n])
			err = cmp.Or(err, writing)
		}
		if err != nil {
			to.Close()
			from.Close()
			return
		}
	}
}

// sever cuts the line: of no connection, old or new, either end hears anything
// any more.
func (l *line) sever() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for _, w := range l.conns {
		close(w.dead)
	}
}

// repair lets new connections through. The old ones are forgotten, as a
// firewall forgets them: nobody answers there and nobody says so.
func (l *line) repair() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = false
}
