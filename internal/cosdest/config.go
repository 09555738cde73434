package cosdest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/retry"
)

// Limits of COS (documents 436/7750, 436/7742).
const (
	leastPartSize = 1 << 20
	mostPartSize  = 1 << 30 // COS takes 5 GiB; a part is held in memory here
	mostParts     = 10000
)

// Config describes a bucket and how to talk to it. Zero values take the
// defaults; URL, SecretID and SecretKey have none.
type Config struct {
	// URL of the bucket, https://NAME-APPID.cos.REGION.myqcloud.com. Plain
	// http is accepted for a loopback host only.
	URL string

	SecretID, SecretKey string
	SessionToken        string // of temporary credentials

	// PartSize is the size of a part in bytes, default 8 MiB, at least 1 MiB.
	// An object has at most 10,000 parts: 8 MiB carry 78 GiB.
	PartSize int64

	// Parallel is how many parts of one object are sent at once, default 4.
	// One Put holds at most PartSize × (Parallel + 1) bytes.
	Parallel int

	// Retry governs every request; default 6 attempts, 250 ms to 15 s apart.
	// An object that is not visible yet after a write is looked for with the
	// same Wait, for some seconds.
	Retry retry.Policy

	Timeouts Timeouts

	// Transport carries the signed requests; nil is a transport of the
	// bucket's own, made from Timeouts. It must not retry.
	Transport http.RoundTripper

	Log *zap.Logger // nil logs nothing
}

// Timeouts bound the steps of a request; zero values take the defaults.
type Timeouts struct {
	Dial     time.Duration // connecting, default 10 s
	TLS      time.Duration // TLS handshake, default 10 s
	Header   time.Duration // from the request's last byte to the answer's first, default 1 min
	Request  time.Duration // one attempt of a request without a body to speak of, default 1 min
	Part     time.Duration // one attempt to send one part or a small object, default 5 min
	Complete time.Duration // one attempt to complete an upload, default 10 min
	Abort    time.Duration // cleaning up after a failure, all attempts together, default 30 s
}

func (c Config) withDefaults() (Config, error) {
	if c.PartSize == 0 {
		c.PartSize = 8 << 20
	}
	if c.PartSize < leastPartSize || c.PartSize > mostPartSize {
		return c, fmt.Errorf("part size %d bytes: must be 1 MiB to 1 GiB", c.PartSize)
	}
	if c.Parallel == 0 {
		c.Parallel = 4
	}
	if c.Parallel < 1 || c.Parallel > 256 {
		return c, fmt.Errorf("%d parallel parts: must be 1 to 256", c.Parallel)
	}
	if c.Retry.Attempts == 0 {
		c.Retry.Attempts = 6
	}
	if c.Retry.Base == 0 {
		c.Retry.Base = 250 * time.Millisecond
	}
	if c.Retry.Max == 0 {
		c.Retry.Max = 15 * time.Second
	}
	c.Timeouts = c.Timeouts.withDefaults()
	if c.Transport == nil {
		c.Transport = NewTransport(c.Timeouts, c.Parallel+2)
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c, nil
}

func (t Timeouts) withDefaults() Timeouts {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&t.Dial, 10 * time.Second},
		{&t.TLS, 10 * time.Second},
		{&t.Header, time.Minute},
		{&t.Request, time.Minute},
		{&t.Part, 5 * time.Minute},
		{&t.Complete, 10 * time.Minute},
		{&t.Abort, 30 * time.Second},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	return t
}

// untilVisible is how long a write that was answered well is looked for. COS
// promises no read-after-write, only that it comes.
func untilVisible(p retry.Policy) retry.Policy {
	return retry.Policy{Attempts: 12, Base: 200 * time.Millisecond, Max: 2 * time.Second, Wait: p.Wait}
}

// parseURL accepts what the SDK would not complain about but silently change:
// it drops a path, a query and a user.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("bucket url: not a url")
	}
	shown := u.Redacted()
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("bucket url %s: must start with https://", shown)
	case u.Hostname() == "":
		return nil, fmt.Errorf("bucket url %s: no host", shown)
	case u.User != nil:
		return nil, fmt.Errorf("bucket url %s: must not hold a user; credentials have keys of their own", shown)
	case u.Path != "" && u.Path != "/":
		return nil, fmt.Errorf("bucket url %s: must not hold a path; a key prefix is set apart from the bucket", shown)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("bucket url %s: must not hold a query or a fragment", shown)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("bucket url %s: plain http is for a loopback host only; use https", shown)
	}
	if err := checkHost(u.Hostname()); err != nil {
		return nil, fmt.Errorf("bucket url %s: %w", shown, err)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// checkHost refuses a Tencent host that names a region or service but no
// bucket: requests to it would be about buckets, not objects.
func checkHost(host string) error {
	for _, suffix := range []string{".myqcloud.com", ".tencentcos.cn"} {
		rest, ours := strings.CutSuffix(strings.ToLower(host), suffix)
		if !ours {
			continue
		}
		name, _, ok := strings.Cut(rest, ".cos")
		if !ok || !strings.Contains(name, "-") || strings.Contains(name, ".") {
			return errors.New("the host must be NAME-APPID.cos.REGION" + suffix)
		}
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
