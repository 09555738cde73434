package cosserver

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// fileName is where the json of an object lies: the same length for every key,
// and no two keys alike even where the file system ignores case.
func fileName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:]) + ".json"
}

// readable is the last segment of key for people who look into the folder.
func readable(key string) string {
	const longest = 100
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, path.Base(key))
	return name[max(0, len(name)-longest):]
}

// writeJSON puts v at name in one step: what is there is the old or the new
// file, whole.
func (s *store) writeJSON(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(s.path("tmp"), "json-*")
	if err != nil {
		return err
	}
	if _, err = file.Write(text); err == nil {
		err = s.finish(file)
	} else {
		_ = file.Close()
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return err
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return err
	}
	rel, err := filepath.Rel(s.dir, filepath.Dir(name))
	if err != nil {
		return err
	}
	return s.syncDir(rel)
}

// finish syncs and closes a file that is written.
func (s *store) finish(file *os.File) error {
	if s.sync {
		if err := file.Sync(); err != nil {
			_ = file.Close()
			return err
		}
	}
	return file.Close()
}

// syncDir makes renames in a folder survive a power cut.
func (s *store) syncDir(sub string) error {
	if !s.sync {
		return nil
	}
	dir, err := os.Open(s.path(sub))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
