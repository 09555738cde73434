package retry

import "time"

// Permanent marks err as not worth another try. Do takes the mark off again,
// so that callers see err itself. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

// After asks Do to wait at least d before the next try, for example because
// the other side said so. After(nil, d) is nil.
func After(err error, d time.Duration) error {
	if err == nil {
		return nil
	}
	return &afterError{err: err, wait: d}
}

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

type afterError struct {
	err  error
	wait time.Duration
}

func (e *afterError) Error() string { return e.err.Error() }
func (e *afterError) Unwrap() error { return e.err }

// unmarked takes the mark off when it is outermost; deeper inside it only
// passes the text and the chain through and does no harm.
func unmarked(err error, mark *permanentError) error {
	if err == error(mark) { //nolint:errorlint // this very mark, not one further in
		return mark.err
	}
	return err
}
