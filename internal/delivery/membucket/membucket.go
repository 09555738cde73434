// Package membucket is a bucket in memory: what a bill is delivered into where
// no bucket is at hand, in tests and in rehearsals.
//
// It keeps the contract of delivery.Bucket (cosdest/buckettest is run over it)
// and fails on demand at every step. It does not know COS, its wire or its
// limits on sizes, and its listing never lags.
package membucket

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"deliverd/internal/object"
)

// Step names what a bucket is about to do, or has just done.
type Step string

// The steps, in the order of a write. An error at Stored is a lost answer: the
// object is there.
const (
	Initiate Step = "initiate"
	Receive  Step = "receive" // the whole body was read
	Complete Step = "complete"
	Stored   Step = "stored"
	Stat     Step = "stat"
	List     Step = "list"
	Abort    Step = "abort" // called once per AbortUploads
)

// Config says how a bucket behaves. Zero values take the defaults.
type Config struct {
	Now   func() time.Time                  // when an object was written; nil is time.Now
	Fault func(step Step, key string) error // called at each step, from many goroutines; its error fails the step
}

// Bucket is one bucket. It may be used by many goroutines.
type Bucket struct {
	cfg Config

	mu      sync.Mutex
	objects map[string]stored
	uploads map[*upload]bool // the open ones
}

type stored struct {
	object.Object
	content []byte
}

type upload struct{ key string }

// New returns an empty bucket.
func New(cfg Config) *Bucket {
	if cfg.Now == nil {
		cfg.Now = time.Now //nolint:forbidigo // when an object was written; a rehearsal gives its own clock
	}
	if cfg.Fault == nil {
		cfg.Fault = func(Step, string) error { return nil }
	}
	return &Bucket{cfg: cfg, objects: map[string]stored{}, uploads: map[*upload]bool{}}
}

// ErrKilled is the error of a step at which the writer's process is killed: the
// upload stays open, as that of a process does that can clean up nothing. As the
// cause of a context it does the same to a write that is under way.
var ErrKilled = errors.New("the process was killed")

var (
	errTaken   = fmt.Errorf("another object is there: %w", fs.ErrExist)
	errAborted = errors.New("the upload was aborted")
	errEmpty   = errors.New("an empty object does not replace another")
)

// Put stores what body yields, as delivery.Bucket has it. Every write is an
// upload: aborting the uploads at its key stops it.
func (b *Bucket) Put(ctx context.Context, key string, body io.Reader, opt object.PutOptions) (object.Object, error) {
	o, err := b.put(ctx, key, body, opt)
	if err != nil {
		return object.Object{}, fmt.Errorf("put %s: %w", key, err)
	}
	return o, nil
}

func (b *Bucket) put(ctx context.Context, key string, body io.Reader, opt object.PutOptions) (_ object.Object, err error) {
	if !writable(key) {
		return object.Object{}, errors.New("no key that is written to")
	}
	u, err := b.open(key)
	if err != nil {
		return object.Object{}, err
	}
	defer func() {
		if !errors.Is(err, ErrKilled) {
			b.close(u)
		}
	}()
	content, err := io.ReadAll(reader{ctx, body})
	if err != nil {
		return object.Object{}, err
	}
	if opt.Replace && len(content) == 0 {
		return object.Object{}, errEmpty
	}
	if err := b.cfg.Fault(Receive, key); err != nil {
		return object.Object{}, err
	}
	if opt.BeforeVisible != nil {
		if err := opt.BeforeVisible(ctx); err != nil {
			return object.Object{}, err
		}
	}
	if ctx.Err() != nil {
		return object.Object{}, context.Cause(ctx)
	}
	if err := b.cfg.Fault(Complete, key); err != nil {
		return object.Object{}, err
	}
	if err := b.complete(u, content, opt); err != nil {
		return object.Object{}, err
	}
	if err := b.cfg.Fault(Stored, key); err != nil {
		return object.Object{}, err
	}
	return b.Stat(ctx, key)
}

func (b *Bucket) open(key string) (*upload, error) {
	if err := b.cfg.Fault(Initiate, key); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	u := &upload{key}
	b.uploads[u] = true
	return u, nil
}

func (b *Bucket) close(u *upload) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.uploads, u)
}

func (b *Bucket) complete(u *upload, content []byte, opt object.PutOptions) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.uploads[u] {
		return errAborted
	}
	if there, taken := b.objects[u.key]; taken && !opt.Replace {
		if bytes.Equal(there.content, content) {
			delete(b.uploads, u)
			return nil
		}
		return errTaken
	}
	b.objects[u.key] = stored{content: content, Object: object.Object{
		Key: u.key, Size: int64(len(content)), CRC64: crc64.Checksum(content, crc64.MakeTable(crc64.ECMA)), HasCRC64: true,
		Modified: b.cfg.Now().UTC(), Meta: maps.Clone(opt.Meta),
	}}
	delete(b.uploads, u)
	return nil
}

// Stat returns the object at key; a missing one is fs.ErrNotExist.
func (b *Bucket) Stat(ctx context.Context, key string) (object.Object, error) {
	there, err := b.look(ctx, Stat, key)
	if err != nil {
		return object.Object{}, err
	}
	o := there.Object
	o.Meta = maps.Clone(o.Meta)
	return o, nil
}

// Get opens the object at key; a missing one is fs.ErrNotExist.
func (b *Bucket) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	there, err := b.look(ctx, Stat, key)
	return io.NopCloser(bytes.NewReader(there.content)), err
}

func (b *Bucket) look(ctx context.Context, step Step, key string) (stored, error) {
	if ctx.Err() != nil {
		return stored{}, context.Cause(ctx)
	}
	if err := b.cfg.Fault(step, key); err != nil {
		return stored{}, fmt.Errorf("stat %s: %w", key, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	there, ok := b.objects[key]
	if !ok {
		return stored{}, fmt.Errorf("stat %s: %w", key, fs.ErrNotExist)
	}
	return there, nil
}

// List yields the objects whose key begins with prefix, by key: those that are
// there when it is called.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[object.Object, error] {
	return func(yield func(object.Object, error) bool) {
		err := cmp.Or(context.Cause(ctx), b.cfg.Fault(List, prefix))
		if err != nil {
			yield(object.Object{}, fmt.Errorf("list %s: %w", prefix, err))
			return
		}
		for _, o := range b.below(prefix) {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func (b *Bucket) below(prefix string) []object.Object {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []object.Object
	for key, there := range b.objects {
		if strings.HasPrefix(key, prefix) {
			found = append(found, object.Object{Key: key, Size: there.Size, Modified: there.Modified})
		}
	}
	slices.SortFunc(found, func(a, b object.Object) int { return strings.Compare(a.Key, b.Key) })
	return found
}

// AbortUploads aborts the open uploads below prefix whose key mine takes.
func (b *Bucket) AbortUploads(ctx context.Context, prefix string, mine func(key string) bool) (int, error) {
	if err := cmp.Or(context.Cause(ctx), b.cfg.Fault(Abort, prefix)); err != nil {
		return 0, fmt.Errorf("abort uploads at %s: %w", prefix, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	before := len(b.uploads)
	maps.DeleteFunc(b.uploads, func(u *upload, _ bool) bool { return strings.HasPrefix(u.key, prefix) && mine(u.key) })
	return before - len(b.uploads), nil
}
