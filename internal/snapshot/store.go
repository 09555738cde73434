package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"

	"deliverd/internal/period"
)

// Config says where snapshots are kept.
type Config struct {
	Dir         string // a folder for every account is made in it
	MemoryLimit int    // bytes of lines that are sorted in memory at a time; 0: 32 MiB
}

const (
	defaultMemory = 32 << 20
	kept          = 2 // snapshots of a bill
)

// Store keeps the newest two snapshots of every bill in a folder. It is safe
// for concurrent use. Who writes a bill must be the only one to do so, in any
// process: that is what the lock of its account is for.
type Store struct {
	dir     string
	limit   int
	encoder *zstd.Encoder
	decoder *zstd.Decoder
	create  func(path string) (file, error) // os.Create, but for tests of a full disk

	mu   sync.Mutex
	live map[string]bool // folders of unfinished writers
}

// NewStore opens the store, and makes its folder where there is none.
func NewStore(c Config) (*Store, error) {
	if c.MemoryLimit == 0 {
		c.MemoryLimit = defaultMemory
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("snapshots: %w", err)
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("snapshots: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, fmt.Errorf("snapshots: %w", err)
	}
	return &Store{
		dir: c.Dir, limit: c.MemoryLimit, encoder: encoder, decoder: decoder, live: map[string]bool{},
		create: func(path string) (file, error) { return os.Create(path) },
	}, nil
}

// Create starts a snapshot of the account's bill. It removes what writers of
// the same bill left behind when their process was killed. The context bounds
// the writer's Add as well.
func (s *Store) Create(ctx context.Context, uin string, month period.Month) (*Writer, error) {
	w := &Writer{store: s, ctx: ctx, uin: uin, month: month}
	dir, err := s.workDir(uin, month)
	if err != nil {
		return nil, w.wrap(err)
	}
	w.dir = dir
	w.sort = sorter{dir: dir, limit: s.limit, create: s.create, encoder: s.encoder, decoder: s.decoder}
	if w.seal, err = w.newSealer("bill"); err != nil {
		w.Discard()
		return nil, w.wrap(err)
	}
	w.sort.stream = w.seal
	return w, nil
}

// workDir sweeps, and makes the folder of a new writer.
func (s *Store) workDir(uin string, month period.Month) (string, error) {
	account, err := s.account(uin)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(account, 0o700); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	left, err := filepath.Glob(filepath.Join(account, month.Compact()+".tmp-*"))
	if err != nil {
		return "", err
	}
	for _, dir := range left {
		if !s.live[dir] {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	if err = errors.Join(err, s.prune(uin, month)); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(account, month.Compact()+".tmp-")
	s.live[dir] = err == nil
	return dir, err
}

func (s *Store) drop(dir string) {
	_ = os.RemoveAll(dir)
	s.mu.Lock()
	delete(s.live, dir)
	s.mu.Unlock()
}

var accountName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*$`)

func (s *Store) account(uin string) (string, error) {
	if !accountName.MatchString(uin) {
		return "", fmt.Errorf("%q is no account", uin)
	}
	return filepath.Join(s.dir, uin), nil
}

// publish makes a finished file the newest snapshot of its bill. A file has
// a number and its id in its name; when the newest snapshot has the same id,
// the file takes its place.
func (s *Store) publish(path, uin string, month period.Month, id string) (string, error) {
	names, err := s.names(uin, month)
	if err != nil {
		return "", err
	}
	number := 1
	if len(names) > 0 {
		newest := names[0]
		if number = newest.number + 1; newest.id == id {
			number = newest.number
		}
	}
	account := filepath.Join(s.dir, uin)
	final := filepath.Join(account, fmt.Sprintf("%s-%010d-%s.bill", month.Compact(), number, id))
	if err := os.Rename(path, final); err != nil {
		return "", err
	}
	if err := syncDir(account); err != nil {
		return "", errors.Join(err, os.Remove(final))
	}
	_ = s.prune(uin, month) // Create tries again, and tells
	return final, nil
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// fileName is what the name of a snapshot's file says.
type fileName struct {
	path   string
	number int
	id     string
}

// names are the snapshots of a bill, newest first.
func (s *Store) names(uin string, month period.Month) ([]fileName, error) {
	account, err := s.account(uin)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(account)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []fileName
	for _, entry := range entries {
		rest, ok := strings.CutPrefix(entry.Name(), month.Compact()+"-")
		n := fileName{path: filepath.Join(account, entry.Name())}
		if _, err := fmt.Sscanf(rest, "%010d-%32s.bill", &n.number, &n.id); ok && err == nil && strings.HasSuffix(rest, n.id+".bill") {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(a, b fileName) int { return b.number - a.number })
	return names, nil
}

// prune removes all but the newest snapshots of a bill.
func (s *Store) prune(uin string, month period.Month) error {
	names, err := s.names(uin, month)
	for _, old := range names[min(kept, len(names)):] {
		err = errors.Join(err, os.Remove(old.path))
	}
	return err
}
