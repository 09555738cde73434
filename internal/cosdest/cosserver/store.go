package cosserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// store keeps the bucket in a folder:
//
//	objects/SHA256-OF-KEY.json    one object: its key, its metadata, the name of its data
//	data/ID-NAME                  the bytes of an object; NAME is for people to read
//	uploads/UPLOADID/upload.json  an open upload; beside it part-NNNNN.json and part-NNNNN-ID
//	tmp/                          what is being written
//
// An object becomes visible, or is replaced, by the rename of its one json
// file, after data and json are synced. A key never becomes a file name, so no
// key leaves the folder or collides with another. What a kill leaves behind is
// data without json, which the next start removes.
type store struct {
	dir  string
	sync bool

	mu      sync.Mutex
	objects map[string]*entry
	sorted  []string // keys of objects
	uploads map[string]*upload
}

// entry is one object as its json file holds it.
type entry struct {
	Key      string
	Data     string // file name under data/
	Size     int64
	CRC64    uint64
	ETag     string // quoted
	Modified time.Time
	Header   map[string]string // to be answered: content type, metadata
	UploadID string            `json:",omitempty"` // it was completed from
}

func openStore(dir string, synced bool) (*store, error) {
	s := &store{dir: dir, sync: synced, objects: make(map[string]*entry), uploads: make(map[string]*upload)}
	for _, sub := range []string{"objects", "data", "uploads", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("open local bucket: %w", err)
		}
	}
	for _, step := range []func() error{s.loadObjects, s.removeOrphans, s.loadUploads} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("open local bucket %s: %w", dir, err)
		}
	}
	return s, nil
}

func (s *store) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

func (s *store) loadObjects() error {
	files, err := os.ReadDir(s.path("objects"))
	if err != nil {
		return err
	}
	for _, file := range files {
		var e entry
		if err := readJSON(s.path("objects", file.Name()), &e); err != nil {
			return err
		}
		s.objects[e.Key] = &e
		s.sorted = append(s.sorted, e.Key)
	}
	slices.Sort(s.sorted)
	return nil
}

// removeOrphans removes what was being written when the last server ended.
func (s *store) removeOrphans() error {
	if err := os.RemoveAll(s.path("tmp")); err != nil {
		return err
	}
	if err := os.Mkdir(s.path("tmp"), 0o700); err != nil {
		return err
	}
	used := make(map[string]bool)
	for _, e := range s.objects {
		used[e.Data] = true
	}
	files, err := os.ReadDir(s.path("data"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if !used[file.Name()] {
			if err := os.Remove(s.path("data", file.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// find gives the object at key with its data open, so that a replacement does
// not take it away from a reader.
func (s *store) find(key string) (entry, *os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.objects[key]
	if !ok {
		return entry{}, nil, errNoSuchKey
	}
	file, err := os.Open(s.path("data", e.Data))
	return *e, file, err
}

// publish makes the bytes in file, complete and synced, the object e.Key. It
// takes the file over.
func (s *store) publish(e entry, file string, forbid bool) error {
	e.Data = newID() + "-" + readable(e.Key)
	s.mu.Lock()
	defer s.mu.Unlock()
	old, exists := s.objects[e.Key]
	if exists && forbid {
		_ = os.Remove(file)
		return errExists
	}
	if err := os.Rename(file, s.path("data", e.Data)); err != nil {
		return err
	}
	if err := s.syncDir("data"); err != nil {
		return err
	}
	if err := s.writeJSON(s.path("objects", fileName(e.Key)), e); err != nil {
		return err
	}
	s.objects[e.Key] = &e
	if !exists {
		at, _ := slices.BinarySearch(s.sorted, e.Key)
		s.sorted = slices.Insert(s.sorted, at, e.Key)
		return nil
	}
	return os.Remove(s.path("data", old.Data))
}

func (s *store) remove(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.objects[key]
	if !ok {
		return nil
	}
	if err := os.Remove(s.path("objects", fileName(key))); err != nil {
		return err
	}
	delete(s.objects, key)
	if at, found := slices.BinarySearch(s.sorted, key); found {
		s.sorted = slices.Delete(s.sorted, at, at+1)
	}
	return errors.Join(s.syncDir("objects"), os.Remove(s.path("data", e.Data)))
}

// after gives copies of the objects in the order of their keys, from the first
// behind marker that begins with prefix.
func (s *store) after(prefix, marker string, yield func(entry) bool) {
	s.mu.Lock()
	from, found := slices.BinarySearch(s.sorted, max(prefix, marker))
	if found && marker >= prefix {
		from++
	}
	var some []entry
	for _, key := range s.sorted[from:] {
		if !strings.HasPrefix(key, prefix) {
			break
		}
		some = append(some, *s.objects[key])
	}
	s.mu.Unlock()
	for _, e := range some {
		if !yield(e) {
			return
		}
	}
}

// headers are those a Put or Initiate gives an object for its answers.
func headersOf(h http.Header) map[string]string {
	kept := make(map[string]string)
	for name, values := range h {
		switch lower := strings.ToLower(name); lower {
		case "cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires":
			kept[lower] = values[0]
		default:
			if strings.HasPrefix(lower, "x-cos-meta-") {
				kept[lower] = strings.Join(values, ",")
			}
		}
	}
	return kept
}

func readJSON(name string, into any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func notThere(err error) bool { return errors.Is(err, fs.ErrNotExist) }
