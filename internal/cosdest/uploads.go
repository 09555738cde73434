package cosdest

import (
	"context"
	"errors"
	"fmt"
	"io"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/object"
)

// AbortUploads aborts the open uploads whose key begins with prefix and for
// which mine says yes, and no other. It returns how many it found and aborted;
// one that is gone when its turn comes counts. After an error the others have
// been tried all the same; it matches object.ErrUploadOpen when one of them
// could not be aborted. A writer whose upload is aborted can no longer make
// its object visible.
func (b *Bucket) AbortUploads(ctx context.Context, prefix string, mine func(key string) bool) (int, error) {
	aborted := 0
	var failed []error
	for after := (upload{}); ; {
		uploads, next, err := b.openUploads(ctx, prefix, after)
		if err != nil {
			return aborted, errors.Join(append(failed, err)...)
		}
		for _, u := range uploads {
			if !mine(u.key) {
				continue
			}
			if err := b.abort(ctx, u.key, u.id); err != nil {
				failed = append(failed, stillOpen(err))
				continue
			}
			aborted++
		}
		if next == (upload{}) {
			return aborted, errors.Join(failed...)
		}
		after = next
	}
}

type upload struct{ key, id string }

// openUploads asks for one page of open uploads behind after. A zero next ends
// the listing.
func (b *Bucket) openUploads(ctx context.Context, prefix string, after upload) (uploads []upload, next upload, err error) {
	err = b.repeat(ctx, request{
		op: "list open uploads at " + prefix + "* of bucket " + b.url.Host, limit: b.timeouts.Request,
		send: func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
			result, res, err := b.client.Bucket.ListMultipartUploads(ctx, &cos.ListMultipartUploadsOptions{
				Prefix: prefix, KeyMarker: after.key, UploadIDMarker: after.id, MaxUploads: 1000, EncodingType: "url"})
			if err == nil {
				uploads, next, err = uploadsFrom(result, after)
			}
			return res, err
		},
	})
	return uploads, next, err
}

func uploadsFrom(result *cos.ListMultipartUploadsResult, after upload) (uploads []upload, next upload, err error) {
	for _, entry := range result.Uploads {
		key, err := cos.DecodeURIComponent(entry.Key)
		if err != nil {
			return nil, upload{}, fmt.Errorf("key %q: %w", entry.Key, err)
		}
		uploads = append(uploads, upload{key, entry.UploadID})
	}
	if !result.IsTruncated {
		return uploads, upload{}, nil
	}
	key, err := cos.DecodeURIComponent(result.NextKeyMarker)
	next = upload{key, result.NextUploadIDMarker}
	if err != nil || next.key < after.key || next == after {
		return nil, upload{}, fmt.Errorf("the listing goes on after %q, which is not behind %q", result.NextKeyMarker, after.key)
	}
	return uploads, next, nil
}

// abort ends one upload. One that is not there any more is what we want.
func (b *Bucket) abort(ctx context.Context, key, id string) error {
	err := b.repeat(ctx, request{
		op: "abort the upload of", key: key, limit: b.timeouts.Request,
		send: func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
			return b.client.Object.AbortMultipartUpload(ctx, key, id)
		},
	})
	if e := asError(err); e != nil && e.Code == "NoSuchUpload" {
		return nil
	}
	return err
}

// stillOpen marks the error of an abort, or of looking for what to abort.
func stillOpen(err error) error {
	if errors.Is(err, object.ErrUploadOpen) {
		return err
	}
	return fmt.Errorf("%w: %w", object.ErrUploadOpen, err)
}

// abortDetached is abort after a failure, which may have been ctx itself.
func (b *Bucket) abortDetached(ctx context.Context, key, id string) error {
	ctx, cancel := b.cleanup(ctx)
	defer cancel()
	return b.abort(ctx, key, id)
}

// sweep aborts every open upload at exactly key.
func (b *Bucket) sweep(ctx context.Context, key string) error {
	ctx, cancel := b.cleanup(ctx)
	defer cancel()
	_, err := b.AbortUploads(ctx, key, func(k string) bool { return k == key })
	return err
}
