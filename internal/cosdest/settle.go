package cosdest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"deliverd/internal/object"
	"deliverd/internal/retry"
)

var errDiffers = errors.New("the object is not what was sent")

// makeVisible sends the request after which the object is there: a Put or a
// Complete. An answer that leaves it open whether the object was stored is
// settled by looking before anything is sent again.
func (w *write) makeVisible(ctx context.Context, r request) error {
	doubt := false
	return w.try(ctx, w.key, func(ctx context.Context) error {
		if w.opt.BeforeVisible != nil {
			if err := w.opt.BeforeVisible(ctx); err != nil {
				return retry.Permanent(err)
			}
		}
		err := w.once(ctx, r)
		if err == nil {
			return nil
		}
		e := asError(err)
		doubt = doubt || e.fate == unclear
		if e.fate != unclear && e.Code != "FileAlreadyExists" && e.Code != "NoSuchUpload" {
			return e.again()
		}
		return w.settle(ctx, e, doubt)
	})
}

// settle decides by a look at the key what e means: nil if what we sent is
// there, else what to do next. A code that says that something happened before
// is believed more than the first look: the object may not be visible yet.
func (w *write) settle(ctx context.Context, e *Error, doubt bool) error {
	look := w.Stat
	if e.fate == final && (doubt || e.Code == "FileAlreadyExists") {
		look = w.lookUntilThere
	}
	found, err := look(ctx, w.key)
	switch {
	case err == nil && w.isOurs(found):
		w.settled = true
		return nil
	case err == nil && !w.opt.Replace:
		return retry.Permanent(w.taken(e))
	case err == nil, gone(err):
		return e.again()
	default:
		return retry.Permanent(andThen(e, err))
	}
}

// isOurs says whether found is what this write sent. A replaced object may
// have had the same content, so there the metadata must be ours as well.
func (w *write) isOurs(found object.Object) bool {
	if !w.hasContent(found) {
		return false
	}
	if w.opt.Replace {
		for name, value := range w.opt.Meta {
			if found.Meta[name] != value {
				return false
			}
		}
	}
	return true
}

func (w *write) hasContent(found object.Object) bool {
	return found.HasCRC64 && found.Size == w.source.size && found.CRC64 == w.source.sum
}

// taken is e as an error that matches fs.ErrExist.
func (w *write) taken(e *Error) error {
	if e.Code == "FileAlreadyExists" {
		return e
	}
	return fmt.Errorf("%w: %w (%w)", fs.ErrExist, errDiffers, e)
}

func (w *write) lookUntilThere(ctx context.Context, key string) (found object.Object, err error) {
	err = retry.Do(ctx, w.visible, func(ctx context.Context) error {
		found, err = w.Stat(ctx, key)
		if err != nil && !gone(err) {
			return retry.Permanent(err)
		}
		return err
	})
	return found, err
}

// verify compares what the bucket reports with what was sent. For some seconds
// after a write the bucket may know nothing of it, or still show the object
// that it replaced.
func (w *write) verify(ctx context.Context) (stored object.Object, err error) {
	err = retry.Do(ctx, w.visible, func(ctx context.Context) error {
		stored, err = w.Stat(ctx, w.key)
		switch {
		case gone(err):
			return fmt.Errorf("the write was answered well but %w", err)
		case err != nil:
			return retry.Permanent(err)
		case w.isOurs(stored), !w.opt.Replace && w.hasContent(stored):
			return nil
		case w.opt.Replace:
			return w.differs(stored)
		default:
			return retry.Permanent(w.differs(stored))
		}
	})
	if err != nil {
		return object.Object{}, err
	}
	return stored, nil
}

func (w *write) differs(found object.Object) error {
	crc := "none"
	if found.HasCRC64 {
		crc = fmt.Sprint(found.CRC64)
	}
	return fmt.Errorf("%w: size %d, crc-64 %s; sent size %d, crc-64 %d",
		errDiffers, found.Size, crc, w.source.size, w.source.sum)
}
