package cosdest

import (
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"net/http"
	"strconv"

	cos "github.com/tencentyun/cos-go-sdk-v5"
)

// Get opens the object at key for one read from front to back, which lasts as
// long as ctx. The last read fails if the bytes do not have the CRC-64 that
// the bucket reports. The caller closes the reader.
func (b *Bucket) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	res, err := b.open(ctx, key, "")
	if err != nil {
		return nil, err
	}
	if want, err := strconv.ParseUint(res.Header.Get("x-cos-hash-crc64ecma"), 10, 64); err == nil {
		return &checkedBody{ReadCloser: res.Body, key: key, want: want}, nil
	}
	return res.Body, nil // a bucket of old objects keeps no checksum
}

// open sends a GET until it is answered well. Unlike once it puts no bound on
// the attempt: the body is read under ctx, at the reader's pace.
func (b *Bucket) open(ctx context.Context, key, byteRange string) (*cos.Response, error) {
	if err := checkReadable(key); err != nil {
		return nil, err
	}
	opt := &cos.ObjectGetOptions{Range: byteRange}
	var res *cos.Response
	err := b.try(ctx, key, func(ctx context.Context) (err error) {
		ex := &exchange{}
		if res, err = b.client.Object.Get(ex.watch(ctx), key, opt); err != nil {
			return failure(ctx, "get", key, ex, err).again()
		}
		if byteRange != "" && res.StatusCode != http.StatusPartialContent {
			_ = res.Body.Close() // the answer is thrown away
			return (&Error{Op: "get", Key: key, Status: res.StatusCode, Err: errors.New("the range was ignored")}).again()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

// checkedBody compares the CRC-64 of what was read when the end is reached.
type checkedBody struct {
	io.ReadCloser
	key  string
	want uint64
	got  uint64
}

func (c *checkedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.got = crc64.Update(c.got, crc64.MakeTable(crc64.ECMA), p[:n])
	if err == io.EOF && c.got != c.want {
		return n, fmt.Errorf("get %s: crc-64 %d, the bucket reports %d", c.key, c.got, c.want)
	}
	if err != nil && err != io.EOF {
		return n, fmt.Errorf("get %s: %w", c.key, err)
	}
	return n, err
}
