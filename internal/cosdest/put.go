package cosdest

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/object"
)

// write is one Put under way.
type write struct {
	*Bucket
	key     string
	opt     object.PutOptions
	header  *cos.ObjectPutHeaderOptions
	source  *source
	settled bool // the object was found stored; its upload may be open still
	orphans bool // an Initiate went unanswered: an upload may exist that nobody knows
}

// Put stores what body yields at key and returns the object as HEAD reports it
// afterwards. When Put returns nil, the object is complete and has the size
// and CRC-64 of the bytes read. When it returns an error, the object is
// complete or absent, never a part of it, and no upload stays open unless the
// error matches object.ErrUploadOpen; after a cancel the object may be there although Put did not
// see it.
//
// Without opt.Replace an object of other content at key is an error that
// matches fs.ErrExist; one of the same size and CRC-64 is a success, because a
// lost answer looks the same. With opt.Replace the object goes up as a
// multipart upload however small it is, so that aborting the uploads at a key
// stops a late writer; an empty body replaces nothing, it is refused, because
// an upload has at least one part.
//
// An error of body fails the write; Put does not close body. It holds at most
// PartSize × (Parallel + 1) bytes.
func (b *Bucket) Put(ctx context.Context, key string, body io.Reader, opt object.PutOptions) (object.Object, error) {
	if err := checkWritable(key); err != nil {
		return object.Object{}, err
	}
	w := &write{Bucket: b, key: key, opt: opt, source: &source{r: body}}
	if err := w.prepare(); err != nil {
		return object.Object{}, fmt.Errorf("put %s: %w", key, err)
	}
	if err := w.send(ctx); err != nil {
		return object.Object{}, w.named(err)
	}
	stored, err := w.verify(ctx)
	return stored, w.named(err)
}

// named puts the key before an error that does not hold it yet.
func (w *write) named(err error) error {
	if err == nil || asError(err) != nil && !errors.Is(err, errDiffers) {
		return err
	}
	return fmt.Errorf("put %s: %w", w.key, err)
}

func (w *write) prepare() error {
	meta, err := metaHeader(w.opt.Meta)
	if err != nil {
		return err
	}
	w.header = &cos.ObjectPutHeaderOptions{ContentType: w.opt.ContentType, XCosMetaXXX: meta}
	if w.header.ContentType == "" {
		w.header.ContentType = "application/octet-stream"
	}
	return nil
}

// send chooses between one Put and an upload of parts.
func (w *write) send(ctx context.Context) error {
	first, more, err := w.source.fill(ctx, nil, w.partSize)
	if err != nil {
		return err
	}
	switch {
	case more:
		return w.multipart(ctx, first)
	case !w.opt.Replace:
		return w.single(ctx, first)
	case len(first) == 0:
		return errEmptyReplace
	default:
		return w.multipart(ctx, first)
	}
}

var errEmptyReplace = errors.New("an empty object does not replace another")

func (w *write) single(ctx context.Context, data []byte) error {
	header := *w.header
	header.ContentMD5 = md5Of(data)
	header.ContentLength = int64(len(data))
	header.XOptionHeader = w.condition()
	return w.makeVisible(ctx, request{
		op: "put", key: w.key, limit: w.timeouts.Part, data: data,
		send: func(ctx context.Context, body io.Reader) (*cos.Response, error) {
			if len(data) == 0 {
				body = bytes.NewReader(nil) // the only empty body that the SDK sends with a length
			}
			return w.client.Object.Put(ctx, w.key, body, &cos.ObjectPutOptions{ObjectPutHeaderOptions: &header})
		},
	})
}

// condition is the header that keeps an existing object. It has no effect on a
// bucket that ever had versioning.
func (w *write) condition() *http.Header {
	if w.opt.Replace {
		return nil
	}
	return &http.Header{"X-Cos-Forbid-Overwrite": {"true"}}
}

// md5Of lets the bucket refuse a body that was damaged on the way, before
// anything is visible.
func md5Of(data []byte) string {
	sum := md5.Sum(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}
