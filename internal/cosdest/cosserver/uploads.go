package cosserver

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// upload is an open multipart upload. Its fields above mu never change.
type upload struct {
	ID        string
	Key       string
	Initiated time.Time
	Header    map[string]string

	mu     sync.Mutex // held over a complete or an abort, so that only one happens
	closed bool
	parts  map[int]part
}

type part struct {
	Number   int
	File     string // name in the upload's folder
	Size     int64
	CRC64    uint64
	ETag     string // quoted
	Modified time.Time
}

// loadUploads takes up what was open when the last server ended. An upload
// whose object is there was completed; one without upload.json never opened.
func (s *store) loadUploads() error {
	completed := make(map[string]bool)
	for _, e := range s.objects {
		completed[e.UploadID] = true
	}
	dirs, err := os.ReadDir(s.path("uploads"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		u := &upload{parts: make(map[int]part)}
		err := readJSON(s.path("uploads", dir.Name(), "upload.json"), u)
		if notThere(err) || completed[dir.Name()] {
			if err := os.RemoveAll(s.path("uploads", dir.Name())); err != nil {
				return err
			}
			continue
		}
		if err == nil {
			err = s.loadParts(u)
		}
		if err != nil {
			return err
		}
		s.uploads[u.ID] = u
	}
	return nil
}

func (s *store) loadParts(u *upload) error {
	names, err := filepath.Glob(s.path("uploads", u.ID, "part-*.json"))
	if err != nil {
		return err
	}
	used := make(map[string]bool)
	for _, name := range names {
		var p part
		if err := readJSON(name, &p); err != nil {
			return err
		}
		u.parts[p.Number] = p
		used[p.File] = true
	}
	files, err := os.ReadDir(s.path("uploads", u.ID))
	if err != nil {
		return err
	}
	for _, file := range files {
		if !used[file.Name()] && !strings.HasSuffix(file.Name(), ".json") {
			if err := os.Remove(s.path("uploads", u.ID, file.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *store) openUpload(u *upload) error {
	u.parts = make(map[int]part)
	if err := os.Mkdir(s.path("uploads", u.ID), 0o700); err != nil {
		return err
	}
	if err := s.writeJSON(s.path("uploads", u.ID, "upload.json"), u); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads[u.ID] = u
	return s.syncDir("uploads")
}

// findUpload gives the open upload id of key.
func (s *store) findUpload(key, id string) (*upload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.uploads[id]
	if !ok || u.Key != key {
		return nil, errNoSuchUpload
	}
	return u, nil
}

// openUploads gives the open uploads in the order of key and id.
func (s *store) openUploads() []*upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.uploads), func(a, b *upload) int {
		return strings.Compare(a.Key+"\x00"+a.ID, b.Key+"\x00"+b.ID)
	})
}

// addPart takes over the file of got as part number of u.
func (s *store) addPart(u *upload, number int, got received, now time.Time) (part, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		_ = os.Remove(got.file)
		return part{}, errNoSuchUpload
	}
	p := part{Number: number, File: fmt.Sprintf("part-%05d-%s", number, newID()),
		Size: got.size, CRC64: got.crc, ETag: got.etag(), Modified: now.UTC()}
	if err := os.Rename(got.file, s.path("uploads", u.ID, p.File)); err != nil {
		return part{}, err
	}
	if err := s.writeJSON(s.path("uploads", u.ID, fmt.Sprintf("part-%05d.json", number)), p); err != nil {
		return part{}, err
	}
	if old, ok := u.parts[number]; ok {
		_ = os.Remove(s.path("uploads", u.ID, old.File))
	}
	u.parts[number] = p
	return p, nil
}

// closeUpload ends an upload whose mu is held: nobody finds it any more. What cannot
// be removed now is removed at the next start.
func (s *store) closeUpload(u *upload, aborted bool) error {
	u.closed = true
	s.mu.Lock()
	delete(s.uploads, u.ID)
	s.mu.Unlock()
	if aborted { // without upload.json it will not come back
		if err := os.Remove(s.path("uploads", u.ID, "upload.json")); err != nil {
			return err
		}
	}
	return os.RemoveAll(s.path("uploads", u.ID))
}

func (u *upload) sortedParts() []part {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.SortedFunc(maps.Values(u.parts), func(a, b part) int { return a.Number - b.Number })
}
