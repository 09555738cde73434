package delivery

import (
	"context"
	"io"
	"iter"
	"strings"

	"deliverd/internal/bill"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

// Source is where a bill comes from.
type Source interface {
	// Read gives every line of the asked month to emit, in any order, each
	// completed (bill.Line.Complete), and returns what it read when it has
	// given all of them. A source that has no complete bill for the asked day
	// yet returns an error that matches bill.ErrNotReady; lines it gave until
	// then count for nothing. An error of emit ends the read and is returned.
	Read(ctx context.Context, want bill.Request, emit func(*bill.Line) error) (bill.Reading, error)
}

// Summarizer knows what the provider itself says that a bill comes to.
type Summarizer interface {
	// Summary returns the provider's sums of the asked month, in the dimensions
	// that it has. While they are not known yet the error matches
	// bill.ErrNotReady. It may be asked as often as one likes.
	Summary(ctx context.Context, want bill.Request) (*bill.Summary, error)
}

// Bucket is where files go. Its methods may be called by many goroutines.
type Bucket interface {
	// Put stores what body yields at key, whole or not at all, and returns the
	// object as the bucket reports it afterwards. When it returns nil the
	// object is durable and has the size and CRC-64 of the bytes read. When it
	// returns an error the object is complete or absent, never in part, and no
	// upload stays open unless the error matches object.ErrUploadOpen; after an
	// error an object that was there before is there still, unless it was
	// replaced as a whole. An error of body fails
	// the write.
	Put(ctx context.Context, key string, body io.Reader, opt object.PutOptions) (object.Object, error)

	// Stat returns the object at key with its metadata and, where the bucket
	// keeps one, its CRC-64. It sees a finished Put at once. A missing object
	// is an error that matches fs.ErrNotExist.
	Stat(ctx context.Context, key string) (object.Object, error)

	// List yields the objects whose key begins with prefix, by key. It may
	// lag behind Put for some seconds.
	List(ctx context.Context, prefix string) iter.Seq2[object.Object, error]

	// AbortUploads aborts the open uploads below prefix whose key mine takes,
	// and returns how many. An aborted upload can never become visible. An
	// error matches object.ErrUploadOpen when one of them could not be aborted.
	AbortUploads(ctx context.Context, prefix string, mine func(key string) bool) (int, error)
}

// parse reads a key of this account; ok is false for any other key.
func (a Account) parse(key string) (p period.Period, ok bool) {
	name, found := strings.CutPrefix(key, a.Prefix)
	uin, p, ok := period.ParseKey(name)
	return p, found && ok && uin == a.UIN
}
