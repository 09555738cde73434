// Package object describes one stored object as a bucket reports it, and what
// a writer asks of a bucket. It is the vocabulary that the job
// (internal/delivery) and a bucket adapter (internal/cosdest) share, so that
// neither has to know the other. It knows no protocol, no bill and no FOCUS.
package object

import (
	"context"
	"errors"
	"time"
)

// ErrUploadOpen is matched by the error of a write, or of an abort, that may
// have left an upload open: nothing of it is visible, and the next abort of the
// uploads at its key ends it.
var ErrUploadOpen = errors.New("an upload may have stayed open")

// Object is one stored object. A listing fills Key, Size and Modified only;
// a Stat fills everything the bucket knows.
type Object struct {
	Key      string
	Size     int64             // bytes
	CRC64    uint64            // CRC-64/ECMA of the whole object; valid only when HasCRC64
	HasCRC64 bool              // false in listings, and for objects the bucket keeps no checksum of
	Modified time.Time         // UTC
	Meta     map[string]string // user metadata, names in lower case without the x-cos-meta- prefix
}

// PutOptions says how an object is to be written.
type PutOptions struct {
	// Meta is the user metadata, names in lower case without the x-cos-meta- prefix.
	Meta map[string]string

	// ContentType is sent as is; empty means application/octet-stream.
	ContentType string

	// Replace allows an existing object at the key to be replaced. Without it
	// an existing object is an error that matches fs.ErrExist, and stays as it was.
	Replace bool

	// BeforeVisible, when set, is called once per attempt right before the
	// request that makes the object visible. Its error stops the write:
	// nothing becomes visible and what was uploaded is aborted.
	BeforeVisible func(context.Context) error
}
