package cosserver

import (
	"cmp"
	"encoding/xml"
	"io"
	"net/http"
	"time"
)

// strike lets the fault due for this request happen, and says whether that was
// all there is to say.
func (c *call) strike() (over bool) {
	fault, ok := c.faults.take(c.event.Op, c.event.Key)
	if !ok {
		return false
	}
	c.event.Fault = c.event.Op + "-" + fault.Kind
	if f := plainAnswer(fault.Kind); f != nil {
		if fault.Kind == "refuse-late" {
			_, _ = io.Copy(io.Discard, c.r.Body)
		}
		c.fail(f)
		return true
	}
	switch fault.Kind {
	case "reset":
		cut()
	case "hang":
		_, _ = io.Copy(io.Discard, c.r.Body) // only then is the connection watched
		<-c.r.Context().Done()
		cut()
	case "slow":
		c.delay(cmp.Or(fault.Delay, 2*time.Second))
	case "spaces":
		c.spaces(cmp.Or(fault.Delay, 2*time.Second))
	default:
		c.bend(fault)
	}
	return false
}

func plainAnswer(kind string) *failure {
	switch kind {
	case "refuse", "refuse-late":
		return &failure{503, "SlowDown", "Reduce your request rate."}
	case "error":
		return &failure{500, "InternalError", "Server internal error."}
	case "busy":
		return &failure{429, "TooManyRequests", "Too many requests."}
	case "timeout":
		return &failure{408, "RequestTimeout", "The request took too long."}
	case "denied":
		return errUnsigned
	case "skewed":
		return errSkewed
	case "expired":
		return &failure{400, "ExpiredToken", "The provided token has expired."}
	case "missing":
		return errNoSuchKey
	case "gone":
		return errNoSuchUpload
	case "exists":
		return errExists
	case "error-inside":
		return &failure{200, "InternalError", "We encountered an internal error. Please try again."}
	}
	return nil
}

// bend changes the way in or the way back; the request is handled as ever.
func (c *call) bend(fault Fault) {
	switch fault.Kind {
	case "lost":
		c.w.lost = true
	case "cut":
		c.cutInTheMiddle()
	case "wrong-crc":
		c.w.onHeader = func(h http.Header) { h.Set(crcHeader, "1") }
	case "no-crc":
		c.w.onHeader = func(h http.Header) { h.Del(crcHeader) }
	case "lag":
		c.r = c.r.WithContext(withLag(c.r.Context(), cmp.Or(fault.Delay, 5*time.Second)))
	case "error-inside-done":
		c.instead(errorXML{Code: "InternalError", Message: "We encountered an internal error.", RequestID: c.event.RequestID})
	case "enabled":
		c.instead(versioningXML{Status: "Enabled"})
	case "suspended":
		c.instead(versioningXML{Status: "Suspended"})
	}
}

// instead sends another body with a good answer.
func (c *call) instead(body any) {
	c.w.onHeader = func(h http.Header) { h.Del("Content-Length"); h.Del(crcHeader) }
	c.w.replace = func(w io.Writer) error { return xml.NewEncoder(w).Encode(body) }
}

// cutInTheMiddle cuts half way through the body of the request, or of the
// answer where the request has none to speak of.
func (c *call) cutInTheMiddle() {
	switch {
	case c.r.Method == http.MethodPut && c.r.ContentLength > 1:
		c.r.Body = &tornBody{ReadCloser: c.r.Body, rest: c.r.ContentLength / 2}
	case c.r.Method == http.MethodHead, c.r.Method == http.MethodDelete, c.r.Method == http.MethodPut:
		c.w.lost = true
	default:
		c.w.leave = 40
	}
}

type tornBody struct {
	io.ReadCloser
	rest int64
}

func (t *tornBody) Read(p []byte) (int, error) {
	if t.rest == 0 {
		cut()
	}
	n, err := t.ReadCloser.Read(p[:min(int64(len(p)), t.rest)])
	t.rest -= int64(n)
	return n, err
}

func (c *call) delay(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.r.Context().Done():
	}
}

// spaces answers as COS does when a Complete takes long: the status at once,
// white space to keep the connection, then the result, whatever it is.
func (c *call) spaces(d time.Duration) {
	c.w.Header().Set("Content-Type", "application/xml")
	c.w.ResponseWriter.WriteHeader(http.StatusOK)
	c.w.silent = true
	for range 3 {
		_, _ = io.WriteString(c.w.ResponseWriter, " \n")
		c.w.flush()
		c.delay(d / 3)
	}
}
