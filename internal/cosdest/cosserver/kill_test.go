package cosserver_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"deliverd/internal/cosdest/cosserver"
)

const childDir = "COSSERVER_TEST_CHILD_DIR"

// TestMain is the server to be killed when the test starts itself again.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := serve(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func serve(dir string) error {
	s, err := cosserver.New(cosserver.Config{Dir: dir, Bucket: "b-1", SecretID: "id", SecretKey: "key"})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, s)
}

// startChild runs the server in a process of its own and returns its kill -9.
func startChild(t *testing.T, dir string) (w *wire, kill func()) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill = func() {
		once.Do(func() {
			_ = child.Process.Kill()
			_ = child.Wait()
		})
	}
	t.Cleanup(kill)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	u := &url.URL{Scheme: "http", Host: strings.TrimSpace(address)}
	return &wire{t: t, url: u, dir: dir, client: &http.Client{Transport: transport}}, kill
}

// contentOf is what belongs at a key: its own name over and over.
func contentOf(key string) string {
	return strings.Repeat(key+"\n", (mib+300_000)/(len(key)+1))
}

// writer puts objects one after the other until the server is gone: single
// puts, replacements and uploads in turn.
type writer struct {
	*wire
	name  string
	acked chan<- string
}

func (w writer) run() {
	for i := 0; ; i++ {
		key := fmt.Sprintf("%s-%d", w.name, i)
		if i%4 == 3 {
			key = w.name + "-same"
		}
		send := w.single
		if i%2 == 1 {
			send = w.multi
		}
		if !send(key) {
			return
		}
		w.acked <- key
	}
}

func (w writer) single(key string) bool {
	r, err := w.try("PUT /"+key, contentOf(key))
	return err == nil && r.status == 200
}

func (w writer) multi(key string) bool {
	content := contentOf(key)
	r, err := w.try("POST /"+key+"?uploads", "")
	if err != nil {
		return false
	}
	id := between(r.body, "<UploadId>", "</UploadId>")
	list := "<CompleteMultipartUpload>"
	for i, body := range []string{content[:mib], content[mib:]} {
		r, err := w.try(fmt.Sprintf("PUT /%s?partNumber=%d&uploadId=%s", key, i+1, id), body)
		if err != nil {
			return false
		}
		list += fmt.Sprintf("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", i+1, r.header.Get("ETag"))
	}
	r, err = w.try("POST /"+key+"?uploadId="+id, list+"</CompleteMultipartUpload>")
	return err == nil && r.status == 200
}

// TestKilledInTheMiddleOfWrites kills the server again and again while three
// writers are at work. Whatever was acknowledged is there, whatever is there
// is whole, and an upload that was open is open.
func TestKilledInTheMiddleOfWrites(t *testing.T) {
	dir := t.TempDir()
	acknowledged := make(map[string]bool)
	for round := range 6 {
		child, kill := startChild(t, dir)
		open := child.initiate("/open")
		e1 := child.part("/open", open, 1, contentOf("open"))

		acked := make(chan string)
		var writers sync.WaitGroup
		for _, name := range []string{"a", "b", "c"} {
			writers.Go(func() { writer{child, fmt.Sprintf("%s%d", name, round), acked}.run() })
		}
		go func() { writers.Wait(); close(acked) }()
		n := 0
		for key := range acked {
			acknowledged[key] = true
			if n++; n == 4+round {
				go kill() // the writers go on into it
			}
		}
		kill()
		if n < 4+round {
			t.Fatalf("round %d: only %d writes before the kill", round, n)
		}
		checkAfterKill(t, dir, acknowledged)

		again := newWire(t, func(c *cosserver.Config) { c.Dir = dir })
		again.want(again.complete("/open", open, 1, e1), 200, "")
		if r := again.do("GET /open", ""); r.body != contentOf("open") {
			t.Errorf("round %d: the upload that was open holds %d bytes", round, len(r.body))
		}
		again.http.Close()
	}
}

func checkAfterKill(t *testing.T, dir string, acknowledged map[string]bool) {
	t.Helper()
	w := newWire(t, func(c *cosserver.Config) { c.Dir = dir })
	defer w.http.Close()
	there := make(map[string]bool)
	for _, key := range all(w.do("GET /", "").body, "Key") {
		there[key] = true
		r := w.do("GET /"+key, "")
		if want := contentOf(key); r.status != 200 || r.body != want || r.header.Get("x-cos-hash-crc64ecma") != crcOf(want) {
			t.Errorf("%s: status %d, %d bytes, crc-64 %s; want %d bytes", key, r.status, len(r.body), r.header.Get("x-cos-hash-crc64ecma"), len(want))
		}
	}
	for key := range acknowledged {
		if !there[key] {
			t.Errorf("%s was acknowledged, and is gone", key)
		}
	}
	data, err := os.ReadDir(dir + "/data")
	if err != nil || len(data) != len(there) {
		t.Errorf("%d files of data for %d objects, %v", len(data), len(there), err)
	}
}
