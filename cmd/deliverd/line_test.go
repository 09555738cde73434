package main

import (
	"io"
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
	mend  chan struct{} // closed: what was cut breaks
	conns []net.Conn
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
	l := &line{mend: make(chan struct{})}
	t.Cleanup(func() {
		listener.Close()
		l.repair()
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, c := range l.conns {
			c.Close()
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
			server, err := net.Dial("tcp", far.Host)
			if err != nil {
				conn.Close()
				continue
			}
			l.keep(conn, server)
			go l.carry(conn, server)
			go l.carry(server, conn)
		}
	}()
	return l
}

func (l *line) keep(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns = append(l.conns, conns...)
}

func (l *line) carry(to, from net.Conn) {
	some := make([]byte, 32<<10)
	for {
		n, err := from.Read(some)
		if l.isCut() {
			<-l.mend
			err = io.ErrClosedPipe
		}
		if err == nil {
			_, err = to.Write(some[:n])
		}
		if err != nil {
			to.Close()
			from.Close()
			return
		}
	}
}

func (l *line) isCut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut
}

// sever cuts the line, new connections included.
func (l *line) sever() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
}

// repair lets new connections through; those that were cut break.
func (l *line) repair() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		l.cut = false
		close(l.mend)
	}
}
