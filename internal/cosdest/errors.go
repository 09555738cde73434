package cosdest

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/retry"
)

// Error is a request that did not succeed. It matches fs.ErrNotExist,
// fs.ErrExist or fs.ErrPermission where the bucket's answer means that. It
// holds no credential and no signature.
type Error struct {
	Op        string // what was tried: "put", "upload part 3 of"
	Key       string // empty for requests about the bucket
	Status    int    // of the answer; 0: there was none
	Code      string // the bucket's code, such as NoSuchBucket; empty where it gave none
	Message   string // the bucket's words
	RequestID string // for Tencent's support
	Skew      time.Duration
	Err       error // what happened instead of an answer, or what is wrong with it

	fate fate
	wait time.Duration // the bucket asked for
}

// fate is what a failed request means for the one who sent it.
type fate int

const (
	final   fate = iota // it was refused, and would be again
	refused             // nothing happened; trying again is right
	unclear             // it may have happened; look before trying again
)

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Key != "" {
		b.WriteString(" " + e.Key)
	}
	b.WriteString(":")
	if e.Status != 0 {
		fmt.Fprintf(&b, " status %d", e.Status)
	}
	if e.Code != "" {
		b.WriteString(" " + e.Code)
	}
	if e.Message != "" {
		b.WriteString(" (" + strings.TrimSuffix(e.Message, ".") + ")")
	}
	if e.Err != nil {
		if e.Status != 0 {
			b.WriteString(":")
		}
		b.WriteString(" " + e.Err.Error())
	}
	if e.RequestID != "" {
		b.WriteString(", request id " + e.RequestID)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Is matches the errors of io/fs.
func (e *Error) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e.Status == http.StatusNotFound && e.Code != "NoSuchUpload" && e.Code != "NoSuchBucket"
	case fs.ErrExist:
		return e.Code == "FileAlreadyExists"
	case fs.ErrPermission:
		return e.Status == http.StatusForbidden
	}
	return false
}

// Remedy says what a person can do about it, in a sentence without a full
// stop; empty where there is nothing to advise.
func (e *Error) Remedy() string {
	if e.expired() && e.skewed() {
		return e.setTheClock()
	}
	switch e.Code {
	case "RequestTimeTooSkewed":
		return e.setTheClock()
	case "SignatureDoesNotMatch":
		return "check the secret key: it does not belong to this secret id"
	case "InvalidAccessKeyId":
		return "check the secret id: the provider does not know it, or it is disabled"
	case "NoSuchBucket":
		return "check the bucket url: the name with its APPID, and the region"
	case "PaymentRequired":
		return "the bucket's account is overdue: pay, then try again"
	case "ExpiredToken":
		return "the temporary credentials have ended: get new ones"
	case "AccessDenied":
		return "give the sub-account the actions in docs on this bucket and prefix"
	case "NoSuchUpload":
		return "the upload was aborted by somebody else; look for a second writer, then deliver again"
	}
	if e.Status == http.StatusForbidden {
		return "check the secret id, the secret key, the clock and the permissions: this request gets no reason"
	}
	if dns, ok := errors.AsType[*net.DNSError](e.Err); ok && dns.IsNotFound {
		return "check the bucket url: there is no such host, so the region or the bucket name is misspelt"
	}
	return ""
}

func (e *Error) expired() bool {
	return e.Status == http.StatusForbidden && strings.Contains(strings.ToLower(e.Message), "expired")
}

func (e *Error) skewed() bool { return e.Skew.Abs() > time.Minute }

func (e *Error) setTheClock() string {
	switch {
	case !e.skewed():
		return "check this machine's clock"
	case e.Skew > 0:
		return fmt.Sprintf("set this machine's clock: it is %v ahead of the bucket's", e.Skew.Round(5*time.Second))
	default:
		return fmt.Sprintf("set this machine's clock: it is %v behind the bucket's", -e.Skew.Round(5*time.Second))
	}
}

// failure makes the Error of one attempt.
func failure(ctx context.Context, op, key string, ex *exchange, err error) *Error {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	e := &Error{Op: op, Key: key, Skew: ex.skew, Status: ex.status}
	if ex.header != nil {
		e.RequestID = ex.header.Get("x-cos-request-id")
		e.wait = retryAfter(ex.header)
	}
	if answer, ok := errors.AsType[*cos.ErrorResponse](err); ok {
		e.Code, e.Message = answer.Code, answer.Message
		if answer.RequestID != "" {
			e.RequestID = answer.RequestID
		}
		e.fate = fateOf(e.Status, e.Code)
		return e
	}
	e.fate = unclear
	switch {
	case ex.status != 0:
		e.readInside(ex.start.Bytes(), err)
	case ex.unsent():
		e.fate = refused
		e.Err = cause(ctx, err)
	default:
		e.Err = cause(ctx, err)
	}
	return e
}

// readInside reads the error that COS puts into the body of a 200.
func (e *Error) readInside(start []byte, err error) {
	var inside cos.ErrorResponse
	if xml.Unmarshal(start, &inside) == nil && inside.Code != "" {
		e.Code, e.Message = inside.Code, inside.Message
		e.Err = errors.New("an error inside a good answer")
		return
	}
	if strings.Contains(err.Error(), "verification failed") {
		e.Err = errors.New("the answer's crc-64 is not that of the bytes sent")
		return
	}
	e.Err = fmt.Errorf("unreadable answer: %w", bare(err))
}

// cause takes the URL off err, and prefers why the attempt's time was up.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil {
		return why
	}
	return bare(err)
}

func bare(err error) error {
	if r, ok := errors.AsType[*cos.RetryError](err); ok && len(r.Errs) > 0 {
		err = r.Errs[len(r.Errs)-1]
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// fateOf sorts the answers (reference: COS document 436/7730 and the status of
// each code).
func fateOf(status int, code string) fate {
	switch code {
	case "RequestTimeout", "IncompleteBody", "BadDigest", "UserNetworkTooSlow", "UploadConflict", "SlowDown":
		return refused
	case "FileAlreadyExists", "NoSuchUpload":
		return final // whoever makes an object visible looks all the same
	}
	switch status {
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		return refused
	case http.StatusNotImplemented:
		return final
	}
	if status >= 500 {
		return unclear
	}
	return final
}

// again turns the error of an attempt into what retry.Do acts upon.
func (e *Error) again() error {
	if e.fate == final {
		return retry.Permanent(e)
	}
	return retry.After(e, e.wait)
}

func retryAfter(h http.Header) time.Duration {
	const most = 5 * time.Minute
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, most)
}

func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) }
