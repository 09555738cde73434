package config

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	settleFor = 250 * time.Millisecond // how long a changed file must lie still
	lookEvery = 30 * time.Second       // where nothing tells of changes
)

// Watch tells of a new configuration, until ctx ends: it then returns nil. It
// calls told, one call at a time, with
//
//   - the configuration, when it differs from the one before it (at first:
//     current), or is good again after a bad one;
//   - the error, when what is in the file, or in a secret it names, is bad:
//     once, for as long as that stays as it is;
//   - one of the two for every signal that hup gives, also when nothing has
//     changed.
//
// It looks when something happens to the file or its secrets, links on the way
// to them included, and every 30 s at what is in them: not every file system
// tells. A change counts when two looks a moment apart have seen the same, so
// that half a file is not taken for a shorter one; a signal does not wait.
// Without a way to be told of changes, because the system has no more of them
// to give, it looks every 30 s alone. An error of Watch itself means that path
// cannot be made absolute.
func Watch(ctx context.Context, path string, current *Config, hup <-chan os.Signal, told func(*Config, error)) error {
	w, err := newWatcher(path, current, told)
	if err != nil {
		return err
	}
	w.run(ctx, hup)
	return nil
}

type watcher struct {
	path          string
	settle, every time.Duration
	told          func(*Config, error)

	current *Config  // the newest good one
	bad     bool     // the last thing told was an error
	seen    contents // what the last load read
	between contents // what the last look saw, where that was something else

	events *fsnotify.Watcher // nil: there is none to have
	names  map[string]bool   // that matter: of files, of links to them, of the folders they are in
}

func newWatcher(path string, current *Config, told func(*Config, error)) (*watcher, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	w := &watcher{path: path, settle: settleFor, every: lookEvery, told: told, current: current}
	w.seen = contents{path: {}} // nothing yet: the first look finds something else
	w.events, _ = fsnotify.NewWatcher()
	return w, nil
}

func (w *watcher) run(ctx context.Context, hup <-chan os.Signal) {
	var events <-chan fsnotify.Event
	var lost <-chan error
	if w.events != nil {
		defer w.events.Close()
		events, lost = w.events.Events, w.events.Errors
	}
	settled := time.NewTimer(w.settle)
	defer settled.Stop()
	regular := time.NewTicker(w.every)
	defer regular.Stop()
	for {
		again := false
		select {
		case <-ctx.Done():
			return
		case _, open := <-hup:
			if !open {
				hup = nil
				continue
			}
			again = w.load(nil)
		case event := <-events:
			again = w.names[event.Name]
		case <-lost:
			again = true
		case <-regular.C:
			again = w.look()
		case <-settled.C:
			again = w.look()
		}
		if again {
			settled.Reset(w.settle)
		}
	}
}

// look compares what is in the files with what the last load read, and loads
// what two looks have seen. It reports whether another look is due.
func (w *watcher) look() (again bool) {
	w.follow()
	now := w.seen.now(w.path)
	switch {
	case now.equal(w.seen):
		w.between = nil
		return false
	case !now.equal(w.between):
		w.between = now
		return true
	default:
		return w.load(now)
	}
}

// load reads the configuration and tells of it: because somebody asked, or
// because expected is in the files. What has changed again since then is left
// to the next look; load reports whether one is due.
func (w *watcher) load(expected contents) (again bool) {
	asked := expected == nil
	cfg, read, err := load(w.path)
	w.between = nil
	for file, sum := range read {
		if was, known := expected[file]; known && was != sum {
			return true
		}
	}
	w.seen = read
	again = w.follow() // of what happened before that nothing told
	switch {
	case err != nil:
		w.bad = true
		w.told(nil, err)
	case asked, w.bad, w.current == nil, len(Diff(w.current, cfg)) > 0:
		w.bad, w.current = false, cfg
		w.told(cfg, nil)
	}
	return again
}

// follow watches the folders in which a change can matter, and no others; it
// reports whether one is new. One that cannot be watched is tried again at the
// next look.
func (w *watcher) follow() (more bool) {
	if w.events == nil {
		return false
	}
	w.names = map[string]bool{}
	wanted := map[string]bool{}
	for file := range w.seen {
		for _, name := range wayTo(file) {
			w.names[name] = true
			wanted[filepath.Dir(name)] = true
		}
	}
	for _, folder := range w.events.WatchList() {
		if wanted[folder] {
			delete(wanted, folder)
			w.names[folder] = true
			continue
		}
		_ = w.events.Remove(folder) // gone already, perhaps
	}
	for folder := range wanted {
		if w.events.Add(folder) == nil {
			w.names[folder], more = true, true
		}
	}
	return more
}

// wayTo lists what decides which file an absolute path means: every link on
// the way, and the file at its end, each as it is named in a folder without
// links. A config map is mounted as two links, and swapped by the first.
func wayTo(path string) (names []string) {
	const most = 40 // as many links as the system follows
	at, rest := string(filepath.Separator), segments(path)
	for len(rest) > 0 {
		next := filepath.Join(at, rest[0])
		rest = rest[1:]
		target, err := os.Readlink(next)
		if err != nil { // no link, or nothing
			at = next
			continue
		}
		if names = append(names, next); len(names) > most {
			return names
		}
		if filepath.IsAbs(target) {
			at = string(filepath.Separator)
		}
		rest = append(segments(target), rest...)
	}
	return append(names, at)
}

func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == filepath.Separator })
}
