package config

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// news is one call of told.
type news struct {
	cfg *Config
	err error
}

// conf is a folder with a configuration and its secret.
type conf struct {
	t    *testing.T
	dir  string
	path string
	news chan news
	hup  chan os.Signal
}

const watched = `
state: STATE
accounts:
  - uin: "200020002001"
    source: {files: bills}
    bucket: {url: "https://a.example.com", secret-id: AKID, secret-key-file: key}
`

func newConf(t *testing.T) *conf {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &conf{t: t, dir: dir, path: filepath.Join(dir, "deliverd.yaml"), news: make(chan news, 10), hup: make(chan os.Signal)}
	c.write("key", "swordfish")
	c.write("deliverd.yaml", stateOf("one"))
	return c
}

func stateOf(state string) string { return strings.Replace(watched, "STATE", "/"+state, 1) }

// write replaces a file in one step, so that no look sees an empty one.
func (c *conf) write(name, text string) {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	write(c.t, path+".new", text)
	c.do(os.Rename(path+".new", path))
}

// do is a call of the os package that must succeed.
func (c *conf) do(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *conf) watcher() *watcher {
	c.t.Helper()
	current, err := Load(c.path)
	c.do(err)
	w, err := newWatcher(c.path, current, func(cfg *Config, err error) { c.news <- news{cfg, err} })
	c.do(err)
	events := w.events
	c.t.Cleanup(func() { events.Close() })
	w.settle, w.every = time.Millisecond, time.Hour
	return w
}

// run runs the watcher until the test ends; it is over when run returns that
// it has watched every folder it wants.
func (c *conf) run(w *watcher) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(c.t.Context())
	over := make(chan struct{})
	go func() { defer close(over); w.run(ctx, c.hup) }()
	c.t.Cleanup(func() { cancel(); <-over })
	c.hup <- syscall.SIGHUP
	if got := c.next(); got.err != nil {
		c.t.Fatal(got.err)
	}
}

func (c *conf) next() news {
	c.t.Helper()
	select {
	case n := <-c.news:
		return n
	case <-time.After(30 * time.Second):
		c.t.Fatal("nothing is told")
	}
	return news{}
}

// wantState waits for a configuration with that state folder.
func (c *conf) wantState(state string) *Config {
	c.t.Helper()
	got := c.next()
	if got.err != nil || string(got.cfg.State) != "/"+state {
		c.t.Fatalf("told %+v, want the configuration of state %s", got, state)
	}
	return got.cfg
}

// TestWatchIsTold of every way in which a file is replaced, by events alone: no
// look comes within the hour.
func TestWatchIsTold(t *testing.T) {
	for name, replace := range map[string]struct{ before, change func(*conf) }{
		"written in place":   {nil, func(c *conf) { write(c.t, c.path, stateOf("two")) }},
		"renamed into place": {nil, func(c *conf) { c.write("deliverd.yaml", stateOf("two")) }},
		"moved away, then written": {nil, func(c *conf) {
			c.do(os.Rename(c.path, c.path+"~"))
			c.write("deliverd.yaml", stateOf("two"))
		}},
		"a config map": {configMap, func(c *conf) {
			c.write("..v2/deliverd.yaml", stateOf("two"))
			c.do(os.Symlink("..v2", filepath.Join(c.dir, "..data_tmp")))
			c.do(os.Rename(filepath.Join(c.dir, "..data_tmp"), filepath.Join(c.dir, "..data")))
			c.do(os.RemoveAll(filepath.Join(c.dir, "..v1")))
		}},
		"the file a link leads to": {func(c *conf) {
			c.write("elsewhere/real.yaml", stateOf("one"))
			c.do(os.Remove(c.path))
			c.do(os.Symlink(filepath.Join(c.dir, "elsewhere", "real.yaml"), c.path))
		}, func(c *conf) { c.write("elsewhere/real.yaml", stateOf("two")) }},
		"the folder it is in": {func(c *conf) {
			c.write("v1/deliverd.yaml", stateOf("one"))
			c.write("v1/key", "swordfish")
			c.write("v2/deliverd.yaml", stateOf("two"))
			c.write("v2/key", "swordfish")
			c.do(os.Symlink("v1", filepath.Join(c.dir, "current")))
			c.path = filepath.Join(c.dir, "current", "deliverd.yaml")
		}, func(c *conf) {
			c.do(os.Symlink("v2", filepath.Join(c.dir, "next")))
			c.do(os.Rename(filepath.Join(c.dir, "next"), filepath.Join(c.dir, "current")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConf(t)
			if replace.before != nil {
				replace.before(c)
			}
			c.run(c.watcher())
			replace.change(c)
			for {
				got := c.next() // between two steps there may be no file, or an empty one
				if got.err == nil && got.cfg.State == "/two" {
					return
				}
				if got.err == nil {
					t.Fatalf("told of state %s", got.cfg.State)
				}
			}
		})
	}
}

// configMap lays the configuration out as Kubernetes mounts it.
func configMap(c *conf) {
	c.write("..v1/deliverd.yaml", stateOf("one"))
	c.do(os.Remove(c.path))
	c.do(os.Symlink("..v1", filepath.Join(c.dir, "..data")))
	c.do(os.Symlink(filepath.Join("..data", "deliverd.yaml"), c.path))
}

// TestWatchSeesASecretThatRotates: the configuration that names it is the same.
func TestWatchSeesASecretThatRotates(t *testing.T) {
	c := newConf(t)
	c.write("keys/new", "mackerel")
	c.write("keys/old", "swordfish")
	c.do(os.Remove(filepath.Join(c.dir, "key")))
	c.do(os.Symlink("keys/old", filepath.Join(c.dir, "key")))
	c.run(c.watcher())
	c.write("keys/old", "halibut")
	if got := c.wantState("one").Accounts[0].Bucket.SecretKey.Reveal(); got != "halibut" {
		t.Errorf("the secret is %s", got)
	}
	c.do(os.Symlink("keys/new", filepath.Join(c.dir, "next")))
	c.do(os.Rename(filepath.Join(c.dir, "next"), filepath.Join(c.dir, "key")))
	if got := c.wantState("one").Accounts[0].Bucket.SecretKey.Reveal(); got != "mackerel" {
		t.Errorf("the secret is %s", got)
	}
}

// TestWatchFollowsToNewFiles: a new configuration names a secret elsewhere.
func TestWatchFollowsToNewFiles(t *testing.T) {
	c := newConf(t)
	c.write("elsewhere/key", "mackerel")
	c.run(c.watcher())
	c.write("deliverd.yaml", strings.Replace(stateOf("two"), "secret-key-file: key", "secret-key-file: elsewhere/key", 1))
	c.wantState("two")
	c.write("elsewhere/key", "halibut")
	if got := c.wantState("two").Accounts[0].Bucket.SecretKey.Reveal(); got != "halibut" {
		t.Errorf("the secret is %s", got)
	}
}

// TestWatchWithoutEvents: the looks alone find the change.
func TestWatchWithoutEvents(t *testing.T) {
	c := newConf(t)
	w := c.watcher()
	c.do(w.events.Close())
	w.events, w.every = nil, time.Millisecond
	c.run(w)
	c.write("deliverd.yaml", stateOf("two"))
	c.wantState("two")
}

// TestWatchAnswersASignal also when nothing has changed, and when what is there
// is as bad as before.
func TestWatchAnswersASignal(t *testing.T) {
	c := newConf(t)
	c.run(c.watcher())
	for range 2 {
		c.hup <- syscall.SIGHUP
		c.wantState("one")
	}
	c.write("deliverd.yaml", "colour: red\n")
	if got := c.next(); got.err == nil || !strings.Contains(got.err.Error(), "colour: unknown key") {
		t.Errorf("told %+v, want what is wrong", got)
	}
	c.hup <- syscall.SIGHUP
	if got := c.next(); got.err == nil {
		t.Errorf("told %+v, want what is wrong", got)
	}
}

// TestLooks takes the looks one by one: what each step tells.
func TestLooks(t *testing.T) {
	c := newConf(t)
	w := c.watcher()
	for _, step := range []struct {
		name, file, text string
		want             string // what is told: a state, bad, or nothing
	}{
		{"what current was read from", "key", "swordfish", ""},
		{"a comment", "deliverd.yaml", "# new\n" + stateOf("one"), ""},
		{"another state", "deliverd.yaml", stateOf("two"), "/two"},
		{"the same again", "deliverd.yaml", stateOf("two"), ""},
		{"bad", "deliverd.yaml", "colour: red\n", "bad"},
		{"bad and the same", "deliverd.yaml", "colour: red\n", ""},
		{"bad in another way", "deliverd.yaml", "kolour: red\n", "bad"},
		{"good as before", "deliverd.yaml", stateOf("two"), "/two"},
		{"no secret", "key", "", "bad"},
		{"the secret again", "key", "swordfish", "/two"},
		{"a file that matters to nobody", "other", "x", ""},
	} {
		c.write(step.file, step.text)
		looks := 0
		for w.look() {
			if looks++; looks == 1 && len(c.news) > 0 {
				t.Errorf("%s: told at the first look", step.name)
			}
			if looks > 5 {
				t.Fatalf("%s: no end of looks", step.name)
			}
		}
		got := ""
		if len(c.news) > 0 {
			switch n := <-c.news; {
			case n.err != nil:
				got = "bad"
			default:
				got = string(n.cfg.State)
			}
		}
		if got != step.want || len(c.news) > 0 {
			t.Errorf("%s: told %q and %d more, want %q", step.name, got, len(c.news), step.want)
		}
	}
}

// TestAChangeBetweenTwoLooksWaits: what is still being written is not loaded,
// although what is there of it is a good configuration.
func TestAChangeBetweenTwoLooksWaits(t *testing.T) {
	c := newConf(t)
	w := c.watcher()
	for i, state := range []string{"a", "ab", "abc"} {
		c.write("deliverd.yaml", stateOf(state))
		if !w.look() || len(c.news) > 0 {
			t.Fatalf("step %d: told, or no further look wanted", i)
		}
	}
	for w.look() {
	}
	c.wantState("abc")
}

// TestWatchStartsWithWhatChangedBefore it was called.
func TestWatchStartsWithWhatChangedBefore(t *testing.T) {
	c := newConf(t)
	current, err := Load(c.path)
	c.do(err)
	c.write("deliverd.yaml", stateOf("two"))
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error)
	go func() {
		over <- Watch(ctx, c.path, current, nil, func(cfg *Config, err error) { c.news <- news{cfg, err} })
	}()
	c.wantState("two")
	cancel()
	if err := <-over; err != nil {
		t.Errorf("Watch: %v", err)
	}
}
