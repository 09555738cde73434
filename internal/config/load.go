package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// mostBytes bounds the file. As print-config writes it, every key in full, an
// account takes about 800 bytes: this is room for 40,000.
const mostBytes = 32 << 20

// Load reads the configuration file and the secrets it names. Errors are of
// type [Problems]; all of them are reported at once.
func Load(path string) (*Config, error) {
	cfg, _, err := load(path)
	return cfg, err
}

// load also says what was read, of a bad configuration too.
func load(path string) (*Config, contents, error) {
	read := contents{}
	data, err := readFile(path, mostBytes)
	read.add(path, data, err)
	if err != nil {
		return nil, read, Problems{{File: path, What: err.Error(), Try: "name the configuration file with --config", Err: err}}
	}
	cfg, err := parse(data, path, filepath.Dir(path), read)
	return cfg, read, err
}

// Parse reads a configuration. Relative paths in it, those of secrets
// included, are resolved against dir. Errors are of type [Problems].
func Parse(data []byte, dir string) (*Config, error) { return parse(data, "", dir, contents{}) }

func parse(data []byte, file, dir string, read contents) (*Config, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, Problems{{File: file, What: err.Error(), Err: err}}
	}
	zone, err := time.LoadLocation(defaultTimezone)
	if err != nil {
		return nil, Problems{{File: file, What: err.Error(), Err: err}}
	}
	cfg := defaultConfig(zone)
	d := &decoder{file: file, dir: dir, cfg: &cfg, places: map[string]place{}, wrongAt: map[string]bool{}, secrets: map[string]secretFile{}, read: read}
	root, problems := readDocument(data, file)
	if len(problems) > 0 {
		return nil, problems
	}
	d.decode(reflect.ValueOf(&cfg).Elem(), root, "")
	if _, keys := root.(ast.MapNode); keys { // else that is the problem
		d.check()
	}
	if len(d.problems) > 0 {
		d.problems.sort()
		return nil, d.problems
	}
	return &cfg, nil
}

// readFile reads a file of at most limit bytes. Its errors do not name the
// file: their reader has just been told it.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("is a folder, not a file")
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, bare(err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("is larger than %s", Size(limit))
	}
	return data, nil
}

func bare(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
