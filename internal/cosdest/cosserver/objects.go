package cosserver

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

const crcHeader = "X-Cos-Hash-Crc64ecma"

func formatCRC(crc uint64) string { return strconv.FormatUint(crc, 10) }

// received is a body on disk, with its sums.
type received struct {
	file string
	size int64
	crc  uint64
	md5  [md5.Size]byte
}

func (r received) etag() string { return `"` + hex.EncodeToString(r.md5[:]) + `"` }

// receive writes the body of the request to a file and checks it against what
// the request says of it.
func (c *call) receive() (received, error) {
	got, err := c.store.receive(c.r.Body)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errIncomplete
		}
		return received{}, err
	}
	if want := c.r.Header.Get("Content-MD5"); want != "" && want != base64.StdEncoding.EncodeToString(got.md5[:]) {
		_ = os.Remove(got.file)
		return received{}, errBadDigest
	}
	return got, nil
}

func (s *store) receive(body io.Reader) (received, error) {
	file, err := os.CreateTemp(s.path("tmp"), "body-*")
	if err != nil {
		return received{}, err
	}
	done := false
	defer func() {
		if !done { // an error, or the connection was cut by a panic
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	sum, digest := crc64.New(crc64.MakeTable(crc64.ECMA)), md5.New()
	size, err := io.Copy(io.MultiWriter(file, sum, digest), body)
	if err != nil {
		return received{}, err
	}
	if err := s.finish(file); err != nil {
		return received{}, err
	}
	done = true
	return received{file.Name(), size, sum.Sum64(), [md5.Size]byte(digest.Sum(nil))}, nil
}

// join copies files behind each other into a new one of that size.
func (s *store) join(names []string, size int64) (name string, err error) {
	to, err := os.CreateTemp(s.path("tmp"), "body-*")
	if err != nil {
		return "", err
	}
	copied := int64(0)
	for _, name := range names {
		var n int64
		if n, err = appendFile(to, name); err != nil {
			break
		}
		copied += n
	}
	if err == nil && copied != size {
		err = fmt.Errorf("the parts have %d bytes, not %d", copied, size)
	}
	if err != nil {
		return "", errors.Join(err, to.Close(), os.Remove(to.Name()))
	}
	if err := s.finish(to); err != nil {
		return "", errors.Join(err, os.Remove(to.Name()))
	}
	return to.Name(), nil
}

func appendFile(to *os.File, name string) (int64, error) {
	from, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer from.Close()
	return io.Copy(to, from)
}

func (c *call) putObject() error {
	got, err := c.receive()
	if err != nil {
		return err
	}
	e := entry{Key: c.event.Key, Size: got.size, CRC64: got.crc, ETag: got.etag(),
		Modified: c.now().UTC(), Header: headersOf(c.r.Header)}
	if err := c.store.publish(e, got.file, c.forbidsOverwrite()); err != nil {
		return err
	}
	c.w.Header().Set("ETag", e.ETag)
	c.w.Header().Set(crcHeader, formatCRC(e.CRC64))
	c.empty(http.StatusOK)
	return nil
}

func (c *call) forbidsOverwrite() bool { return c.r.Header.Get("x-cos-forbid-overwrite") == "true" }

// getObject serves GET and HEAD, ranges and conditions included.
func (c *call) getObject() error {
	e, file, err := c.store.find(c.event.Key)
	if err != nil {
		return err
	}
	defer file.Close()
	h := c.w.Header()
	for name, value := range e.Header {
		h.Set(name, value)
	}
	for name, values := range c.r.URL.Query() {
		if header, ok := overridable(name); ok && c.r.Method == http.MethodGet {
			h.Set(header, values[0])
		}
	}
	h.Set("Content-Type", cmp.Or(h.Get("Content-Type"), "application/octet-stream"))
	h.Set("ETag", e.ETag)
	h.Set(crcHeader, formatCRC(e.CRC64))
	h.Set("Last-Modified", e.Modified.Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	if f := condition(c.r.Header, e); f != nil {
		return f
	}
	return c.sendRange(e, file)
}

func overridable(param string) (header string, ok bool) {
	switch param {
	case "response-content-type":
		return "Content-Type", true
	case "response-content-disposition":
		return "Content-Disposition", true
	case "response-content-encoding":
		return "Content-Encoding", true
	case "response-content-language":
		return "Content-Language", true
	case "response-cache-control":
		return "Cache-Control", true
	case "response-expires":
		return "Expires", true
	}
	return "", false
}

func (c *call) sendRange(e entry, file *os.File) error {
	from, to, status := int64(0), e.Size, http.StatusOK
	if want := c.r.Header.Get("Range"); want != "" {
		var ok, partial bool
		if from, to, partial, ok = byteRange(want, e.Size); !ok {
			c.w.Header().Set("Content-Range", "bytes */"+strconv.FormatInt(e.Size, 10))
			return errRange
		}
		if partial {
			status = http.StatusPartialContent
			c.w.Header().Set("Content-Range", contentRange(from, to, e.Size))
		}
	}
	c.w.Header().Set("Content-Length", strconv.FormatInt(to-from, 10))
	if c.w.leave > 0 {
		c.w.leave = max(1, (to-from)/2)
	}
	c.w.WriteHeader(status)
	if c.r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(c.w, io.NewSectionReader(file, from, to-from)); err != nil {
		cut()
	}
	return nil
}

func (c *call) deleteObject() error {
	if err := c.store.remove(c.event.Key); err != nil {
		return err
	}
	c.empty(http.StatusNoContent)
	return nil
}

type lagKey struct{}

func withLag(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, lagKey{}, d)
}
