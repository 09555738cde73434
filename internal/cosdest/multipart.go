package cosdest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"sync"

	cos "github.com/tencentyun/cos-go-sdk-v5"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"deliverd/internal/retry"
)

// multipart sends first and what follows it as parts, and completes them. It
// leaves no upload open, whatever happens.
func (w *write) multipart(ctx context.Context, first []byte) error {
	id, err := w.initiate(ctx)
	var cleanup error
	if err == nil {
		err = w.sendAndComplete(ctx, id, first)
		if err != nil || w.settled {
			cleanup = w.abortDetached(ctx, w.key, id)
		}
	}
	if w.orphans {
		cleanup = errors.Join(cleanup, w.sweep(ctx, w.key))
	}
	if err == nil && cleanup != nil {
		w.log.Warn("the object is stored, but an upload may have stayed open", zap.String("key", w.key), zap.NamedError("err", cleanup))
		return nil
	}
	if cleanup != nil {
		cleanup = stillOpen(cleanup)
	}
	return andThen(err, cleanup)
}

func (w *write) sendAndComplete(ctx context.Context, id string, first []byte) error {
	parts, err := w.sendParts(ctx, id, first)
	if err != nil {
		return err
	}
	return w.complete(ctx, id, parts)
}

// initiate opens an upload. An Initiate whose answer is lost may have opened
// one that nobody knows, so before it is tried again, and once more at the
// end of the write, the uploads at the key are swept. For the same reason a
// cancel does not end an attempt that is under way: it might open an upload
// after the sweep.
func (w *write) initiate(ctx context.Context) (id string, err error) {
	r := request{op: "open an upload of", key: w.key, limit: w.timeouts.Request}
	r.send = func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
		result, res, err := w.client.Object.InitiateMultipartUpload(ctx, w.key,
			&cos.InitiateMultipartUploadOptions{ObjectPutHeaderOptions: w.header})
		if err != nil {
			return res, err
		}
		if id = result.UploadID; id == "" || url.QueryEscape(id) != id {
			return res, errors.New("no usable upload id")
		}
		return res, nil
	}
	err = w.try(ctx, w.key, func(ctx context.Context) error {
		opening, opened := w.cleanup(ctx)
		err := w.once(opening, r)
		opened()
		if err == nil {
			return nil
		}
		e := asError(err)
		if e.fate != unclear {
			return e.again()
		}
		w.orphans = true
		if sweep := w.sweep(ctx, w.key); sweep != nil {
			return retry.Permanent(andThen(e, sweep))
		}
		return e.again()
	})
	return id, err
}

// sendParts uploads the parts, w.parallel at once, numbered from 1 without a
// gap. Its buffers are w.parallel in flight and one being filled.
func (w *write) sendParts(ctx context.Context, id string, first []byte) ([]cos.Object, error) {
	stop, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g, gctx := errgroup.WithContext(stop)
	g.SetLimit(w.parallel)
	free := make(chan []byte, w.parallel+1)
	sent := &sentParts{}

	err := w.eachPart(gctx, first, free, func(number int, data []byte) {
		g.Go(func() error {
			etag, err := w.sendPart(gctx, id, number, data)
			sent.add(number, etag)
			free <- data
			return err
		})
	})
	if err == nil {
		err = g.Wait()
		return sent.list(), err
	}
	cancel(err) // a part that failed stopped the reading, and is err; else the reading failed, and stops the parts
	_ = g.Wait()
	return nil, err
}

// eachPart cuts the content into parts. The last one is never empty.
func (w *write) eachPart(ctx context.Context, first []byte, free <-chan []byte, send func(int, []byte)) error {
	data, more := first, true
	for number := 1; len(data) > 0; number++ {
		if number > w.maxParts {
			return fmt.Errorf("content is larger than %d parts of %d bytes: set a larger part size", w.maxParts, w.partSize)
		}
		send(number, data)
		if !more {
			return nil
		}
		var buf []byte
		select {
		case buf = <-free:
		default:
		}
		var err error
		if data, more, err = w.source.fill(ctx, buf, w.partSize); err != nil {
			return err
		}
	}
	return nil
}

// sendPart uploads a part. A part that was damaged on the way is found by the
// CRC-64 in its answer, which the SDK demands, long before anything is visible:
// an MD5 as well would cost as much time as all else that is done to the bytes.
func (w *write) sendPart(ctx context.Context, id string, number int, data []byte) (etag string, err error) {
	opt := &cos.ObjectUploadPartOptions{ContentLength: int64(len(data))}
	err = w.repeat(ctx, request{
		op: fmt.Sprintf("upload part %d of", number), key: w.key, limit: w.timeouts.Part, data: data,
		send: func(ctx context.Context, body io.Reader) (*cos.Response, error) {
			res, err := w.client.Object.UploadPart(ctx, w.key, id, number, body, opt)
			if err != nil {
				return res, err
			}
			if etag = res.Header.Get("ETag"); etag == "" {
				return res, errors.New("no etag")
			}
			return res, nil
		},
	})
	return etag, err
}

// complete turns the parts into the object. COS answers 200 at once and keeps
// the connection alive with spaces while it works, so only the attempt as a
// whole is bounded.
func (w *write) complete(ctx context.Context, id string, parts []cos.Object) error {
	opt := &cos.CompleteMultipartUploadOptions{Parts: parts, XOptionHeader: w.condition()}
	return w.makeVisible(ctx, request{
		op: "complete the upload of", key: w.key, limit: w.timeouts.Complete,
		send: func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
			_, res, err := w.client.Object.CompleteMultipartUpload(ctx, w.key, id, opt)
			return res, err
		},
	})
}

// sentParts collects what Complete must name: number and etag, ascending.
type sentParts struct {
	mu    sync.Mutex
	parts []cos.Object
}

func (s *sentParts) add(number int, etag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = append(s.parts, cos.Object{PartNumber: number, ETag: etag})
}

func (s *sentParts) list() []cos.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.parts, func(a, b cos.Object) int { return a.PartNumber - b.PartNumber })
	return s.parts
}
