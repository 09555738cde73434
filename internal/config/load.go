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

// mostBytes bounds the file: ten times what a thousand accounts need.
const mostBytes = 1 << 20

// Load reads the configuration file and the secrets it names. Errors are of
// type [Problems]; all of them are reported at once.
func Load(path string) (*Config, error) {
	data, err := readFile(path, mostBytes)
	if err != nil {
		return nil, Problems{{File: path, What: err.Error(), Try: "name the configuration file with --config", Err: err}}
	}
	return parse(data, path, filepath.Dir(path))
}

// Parse reads a configuration. Relative paths in it, those of secrets
// included, are resolved against dir. Errors are of type [Problems].
func Parse(data []byte, dir string) (*Config, error) { return parse(data, "", dir) }

func parse(data []byte, file, dir string) (*Config, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, Problems{{File: file, What: err.Error(), Err: err}}
	}
	zone, err := time.LoadLocation(defaultTimezone)
	if err != nil {
		return nil, Problems{{File: file, What: err.Error(), Err: err}}
	}
	cfg := defaultConfig(zone)
	d := &decoder{file: file, dir: dir, cfg: &cfg, places: map[string]place{}}
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
