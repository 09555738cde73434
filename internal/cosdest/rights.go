package cosdest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/object"
	"deliverd/internal/retry"
)

// Clock says how far this machine's clock is from the bucket's.
type Clock struct {
	Known bool          // the bucket has answered, and told the time
	Ahead time.Duration // of ours, in whole seconds; below zero it is behind

	Refused bool // the bucket lets nobody in whose clock says that
}

// ProbeClock is Probe, and holds our clock against the Date of the answer. The
// clock may be known although the bucket refuses.
func (b *Bucket) ProbeClock(ctx context.Context) (Clock, error) {
	var clock Clock
	err := b.repeat(ctx, request{
		op: "list bucket " + b.url.Host, limit: b.timeouts.Request,
		send: func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
			sent := time.Now()
			_, res, err := b.client.Bucket.Get(ctx, &cos.BucketGetOptions{MaxKeys: 1})
			if res != nil {
				clock = clockFrom(res.Header, sent, time.Now())
			}
			return res, err
		},
	})
	if e := asError(err); e != nil {
		clock.Refused = e.Code == "RequestTimeTooSkewed" || e.expired() && e.skewed()
	}
	return clock, err
}

// clockFrom takes into account that a Date has whole seconds, and that the
// answer was made some time between sending and now: a clock that may be right
// is.
func clockFrom(h http.Header, sent, now time.Time) Clock {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Clock{}
	}
	least, most := sent.Sub(date)-time.Second, now.Sub(date)
	if least <= 0 && most >= 0 {
		return Clock{Known: true}
	}
	return Clock{Known: true, Ahead: ((least + most) / 2).Round(time.Second)}
}

// Right is an action of the provider's access management that was tried.
type Right struct {
	Action string // such as UploadPart
	Err    error  // nil: it may be done
}

// TryUpload tries what a delivery does at key, short of making anything
// visible: it opens an upload, sends it a byte, aborts it, and sees that it is
// gone. It leaves nothing behind, whatever fails, unless an error matches
// object.ErrUploadOpen. An action is left out that had nothing to act upon.
func (b *Bucket) TryUpload(ctx context.Context, key string) []Right {
	if err := checkWritable(key); err != nil {
		return []Right{{"InitiateMultipartUpload", err}}
	}
	w := &write{Bucket: b, key: key}
	if err := w.prepare(); err != nil {
		return []Right{{"InitiateMultipartUpload", err}}
	}
	if ctx.Err() != nil {
		return []Right{{"InitiateMultipartUpload", context.Cause(ctx)}}
	}
	id, err := w.initiate(ctx)
	rights := []Right{{"InitiateMultipartUpload", err}}
	if err == nil {
		_, err := w.sendPart(ctx, id, 1, []byte{0})
		rights = append(rights, Right{"UploadPart", err})
		if err = b.abortDetached(ctx, key, id); err != nil {
			err, id = stillOpen(err), "" // no use in waiting for it to go
		}
		rights = append(rights, Right{"AbortMultipartUpload", err})
	}
	if w.orphans {
		if err := b.sweep(ctx, key); err != nil {
			rights = append(rights, Right{"AbortMultipartUpload", stillOpen(err)})
		}
	}
	return append(rights, Right{"ListMultipartUploads", b.seeGone(ctx, upload{key, id})})
}

// seeGone lists the uploads at a key until an aborted one is not among them.
func (b *Bucket) seeGone(ctx context.Context, u upload) error {
	return retry.Do(ctx, b.visible, func(ctx context.Context) error {
		open, _, err := b.openUploads(ctx, u.key, upload{})
		if err != nil {
			return retry.Permanent(err)
		}
		if slices.Contains(open, u) {
			return fmt.Errorf("the upload of %s was aborted and is listed still: %w", u.key, object.ErrUploadOpen)
		}
		return nil
	})
}

// Versioned reports whether the bucket keeps versions, or ever did: then
// x-cos-forbid-overwrite has no effect.
func (b *Bucket) Versioned(ctx context.Context) (bool, error) {
	versioned := false
	err := b.repeat(ctx, request{
		op: "ask for the versioning of bucket " + b.url.Host, limit: b.timeouts.Request,
		send: func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
			result, res, err := b.client.Bucket.GetVersioning(ctx)
			if err != nil {
				return res, err
			}
			switch result.Status {
			case "Enabled", "Suspended":
				versioned = true
			case "":
			default:
				return res, errors.New("the status " + result.Status + " is unknown")
			}
			return res, nil
		},
	})
	return versioned, err
}
