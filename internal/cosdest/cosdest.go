// Package cosdest puts bytes at a key of one Tencent COS bucket, whole or not
// at all, and lists, stats and reads what is there.
//
// It knows the COS protocol and how its answers get lost: which failures are
// worth another try, which answers leave open whether something was stored,
// and how a look at the object settles them. It does not know what the bytes
// are, which keys should exist, or who else works on the bucket; it never
// deletes an object.
//
// A key has one writer at a time. A second one fails or wins as a whole, but
// either may abort the other's open upload.
package cosdest

import (
	"net/http"
	"net/url"
	"sync/atomic"

	cos "github.com/tencentyun/cos-go-sdk-v5"
	"go.uber.org/zap"

	"deliverd/internal/retry"
)

// Bucket is one COS bucket. It is safe for use by many goroutines.
type Bucket struct {
	client      *cos.Client
	url         *url.URL
	credentials *atomic.Pointer[Credentials]
	partSize    int
	parallel    int
	maxParts    int
	retry       retry.Policy
	visible     retry.Policy
	timeouts    Timeouts
	log         *zap.Logger
}

// New returns the bucket that c describes. It sends nothing: Probe says
// whether the bucket is there and lets us in.
func New(c Config) (*Bucket, error) {
	u, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	c, err = c.withDefaults()
	if err != nil {
		return nil, err
	}
	b := &Bucket{
		url:         u,
		credentials: new(atomic.Pointer[Credentials]),
		partSize:    int(c.PartSize),
		parallel:    c.Parallel,
		maxParts:    mostParts,
		retry:       c.Retry,
		visible:     untilVisible(c.Retry),
		timeouts:    c.Timeouts,
		log:         c.Log,
	}
	if err := b.SetCredentials(Credentials{c.SecretID, c.SecretKey, c.SessionToken}); err != nil {
		return nil, err
	}
	b.client = newClient(u, &signer{credentials: b.credentials, next: c.Transport})
	return b, nil
}

// newClient returns the SDK's client with everything off that we do ourselves:
// its retries race with the body's reader, sleep through a cancel and repeat
// what must not be repeated blindly.
func newClient(u *url.URL, transport http.RoundTripper) *cos.Client {
	client := cos.NewClient(&cos.BaseURL{BucketURL: u}, &http.Client{Transport: transport})
	client.Conf.RetryOpt = cos.RetryOptions{Count: 1}
	client.Conf.EnableCRC = true
	return client
}

// SetCredentials makes every request from now on sign with c: all three values
// change together. An empty id or key is refused, because COS takes an
// unsigned request for an anonymous one.
func (b *Bucket) SetCredentials(c Credentials) error {
	if err := c.check(); err != nil {
		return err
	}
	b.credentials.Store(&c)
	return nil
}
