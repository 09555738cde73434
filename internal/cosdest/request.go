package cosdest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"
	"go.uber.org/zap"

	"deliverd/internal/retry"
)

// request is one call of the SDK that can be tried several times.
type request struct {
	op    string
	key   string
	limit time.Duration // of one attempt
	data  []byte        // the body, if send takes one
	send  func(ctx context.Context, body io.Reader) (*cos.Response, error)
}

// errTooSlow is why an attempt ended whose time was up.
type errTooSlow time.Duration

func (e errTooSlow) Error() string { return fmt.Sprintf("no answer within %v", time.Duration(e)) }

// once makes one attempt. When it returns, nobody reads r.data any more. The
// error is nil or an *Error.
func (b *Bucket) once(ctx context.Context, r request) error {
	ctx, cancel := context.WithTimeoutCause(ctx, r.limit, errTooSlow(r.limit))
	defer cancel()
	ex := &exchange{}
	attempt := newBody(r.data)
	_, err := r.send(ex.watch(ctx), attempt)
	if len(r.data) > 0 && ex.begun.Load() {
		<-attempt.closed
	}
	if err == nil {
		return nil
	}
	return failure(ctx, r.op, r.key, ex, err)
}

// repeat tries r until it is answered well, refused for good, or ctx ends. It
// is for requests that do no harm when they happen twice.
func (b *Bucket) repeat(ctx context.Context, r request) error {
	return b.try(ctx, r.key, func(ctx context.Context) error {
		if err := b.once(ctx, r); err != nil {
			return asError(err).again()
		}
		return nil
	})
}

// try is retry.Do that logs the failures it does not return.
func (b *Bucket) try(ctx context.Context, key string, do func(context.Context) error) error {
	attempt := 0
	var last error
	return retry.Do(ctx, b.retry, func(ctx context.Context) error {
		if attempt++; attempt > 1 {
			b.log.Info("trying a bucket request again", zap.String("key", key), zap.Int("attempt", attempt), zap.NamedError("err", last))
		}
		last = do(ctx)
		return last
	})
}

// cleanup is a context that outlives ctx's cancel by a bound of its own.
func (b *Bucket) cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(context.WithoutCancel(ctx), b.timeouts.Abort, errTooSlow(b.timeouts.Abort))
}

func asError(err error) *Error {
	e, _ := errors.AsType[*Error](err)
	return e
}

// andThen joins the error of a clean-up to the error that made it necessary.
func andThen(err, cleanup error) error {
	if cleanup == nil {
		return err
	}
	return fmt.Errorf("%w; then %w", err, cleanup)
}
