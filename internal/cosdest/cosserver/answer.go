package cosserver

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// failure is an answer other than the one asked for.
type failure struct {
	status  int
	code    string
	message string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

func (f *failure) because(message string) *failure { return &failure{f.status, f.code, message} }

var (
	errNoSuchBucket = &failure{404, "NoSuchBucket", "The specified bucket does not exist."}
	errNoSuchKey    = &failure{404, "NoSuchKey", "The specified key does not exist."}
	errNoSuchUpload = &failure{404, "NoSuchUpload", "The specified multipart upload does not exist."}
	errExists       = &failure{409, "FileAlreadyExists", "The object already exists."}
	errArgument     = &failure{400, "InvalidArgument", "Invalid argument."}
	errBadDigest    = &failure{400, "BadDigest", "The Content-MD5 you specified did not match what we received."}
	errIncomplete   = &failure{400, "IncompleteBody", "The body is shorter than Content-Length says."}
	errMalformed    = &failure{400, "MalformedXML", "The XML you provided was not well-formed."}
	errPart         = &failure{400, "InvalidPart", "A part is missing, or its ETag is another."}
	errPartOrder    = &failure{400, "InvalidPartOrder", "The parts are not in ascending order."}
	errTooSmall     = &failure{400, "EntityTooSmall", "A part other than the last is smaller than 1 MB."}
	errRange        = &failure{416, "InvalidRange", "The requested range cannot be satisfied."}
	errPrecondition = &failure{412, "PreconditionFailed", "A condition of the request does not hold."}
	errNotModified  = &failure{status: 304}
)

type errorXML struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	Resource  string
	RequestID string `xml:"RequestId"`
	TraceID   string `xml:"TraceId"`
}

// fail answers err. A HEAD gets its status and no word more.
func (c *call) fail(err error) {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = &failure{500, "InternalError", err.Error()}
	}
	c.w.code = f.code
	h := c.w.Header()
	h.Del("ETag")
	h.Del("Content-Length")
	h.Del("Content-Range")
	if f.status == http.StatusNotModified || c.r.Method == http.MethodHead {
		h.Set("Content-Length", "0")
		if f.status == http.StatusNotModified {
			h.Del("Content-Length")
		}
		c.w.WriteHeader(f.status)
		return
	}
	c.xml(f.status, errorXML{Code: f.code, Message: f.message, Resource: c.r.Host + c.r.URL.Path,
		RequestID: c.event.RequestID, TraceID: c.event.RequestID})
}

func (c *call) xml(status int, body any) {
	text, err := xml.Marshal(body)
	if err != nil {
		status, text = 500, nil
	}
	text = append([]byte(xml.Header), text...)
	c.w.Header().Set("Content-Type", "application/xml")
	c.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(text)
}

func (c *call) empty(status int) {
	if status != http.StatusNoContent {
		c.w.Header().Set("Content-Length", "0")
	}
	c.w.WriteHeader(status)
}

// answer is the way back. Faults bend it.
type answer struct {
	http.ResponseWriter
	status int
	code   string

	lost     bool                  // a good answer is never sent
	silent   bool                  // status and headers are out already
	leave    int64                 // bytes of the body after which the connection is cut; 0 means all
	onHeader func(h http.Header)   // last word on the headers
	replace  func(io.Writer) error // sends something else as the body of a good answer
	written  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status != 0 && !a.silent {
		return
	}
	a.status = status
	if a.lost && status < 300 {
		a.status = 0
		cut()
	}
	if a.onHeader != nil {
		a.onHeader(a.Header())
	}
	if !a.silent {
		a.ResponseWriter.WriteHeader(status)
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.replace != nil && a.status < 300 {
		if a.written == 0 {
			a.written++
			if err := a.replace(a.ResponseWriter); err != nil {
				return 0, err
			}
		}
		return len(p), nil
	}
	if a.leave > 0 && a.written+int64(len(p)) >= a.leave {
		_, _ = a.ResponseWriter.Write(p[:a.leave-a.written])
		a.flush()
		cut()
	}
	n, err := a.ResponseWriter.Write(p)
	a.written += int64(n)
	return n, err
}

func (a *answer) flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// Unwrap serves http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// cut ends the connection without another byte.
func cut() { panic(http.ErrAbortHandler) }
