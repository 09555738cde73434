package cosdest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/object"
)

// Stat asks for the object at key with HEAD. An object that is not there is an
// error that matches fs.ErrNotExist; so is a missing bucket, because HEAD is
// answered without a reason: Probe tells the two apart.
func (b *Bucket) Stat(ctx context.Context, key string) (object.Object, error) {
	if err := checkReadable(key); err != nil {
		return object.Object{}, err
	}
	var found object.Object
	err := b.repeat(ctx, request{
		op: "head", key: key, limit: b.timeouts.Request,
		send: func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
			res, err := b.client.Object.Head(ctx, key, nil)
			if err == nil {
				found, err = objectFrom(key, res.Header)
			}
			return res, err
		},
	})
	if err != nil {
		return object.Object{}, err
	}
	return found, nil
}

func objectFrom(key string, h http.Header) (object.Object, error) {
	size, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	if err != nil {
		return object.Object{}, errors.New("no content length")
	}
	o := object.Object{Key: key, Size: size, Meta: metaFrom(h)}
	if modified, err := http.ParseTime(h.Get("Last-Modified")); err == nil {
		o.Modified = modified.UTC()
	}
	if s := h.Get("x-cos-hash-crc64ecma"); s != "" {
		if o.CRC64, err = strconv.ParseUint(s, 10, 64); err != nil {
			return object.Object{}, fmt.Errorf("crc-64 %q is no number", s)
		}
		o.HasCRC64 = true
	}
	return o, nil
}

// Probe asks for one key of the bucket: it returns nil if the bucket is there
// and the credentials may list it, else an *Error whose Remedy says what to
// do. It tries a host that does not answer as often as any request.
func (b *Bucket) Probe(ctx context.Context) error {
	return b.repeat(ctx, request{
		op: "list bucket " + b.url.Host, limit: b.timeouts.Request,
		send: func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
			_, res, err := b.client.Bucket.Get(ctx, &cos.BucketGetOptions{MaxKeys: 1})
			return res, err
		},
	})
}
