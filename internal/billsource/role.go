package billsource

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// MetadataURL is where a machine of the provider asks for the credentials of
// the role that it was given. The address is the provider's own network's.
const MetadataURL = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/"

// RoleConfig says where a [Role] asks.
type RoleConfig struct {
	URL string           // "" is MetadataURL
	Now func() time.Time // nil is time.Now
}

// Role is a credential that ends: that of the role that was given to the
// machine, or to whom a token is. It is renewed five minutes before its end; one
// that cannot be renewed is used for as long as it may be good. The SDK's own
// would go on with one that has ended, and ask the machine without a time-out.
type Role struct {
	whose string // for messages
	now   func() time.Time
	ask   func() (Key, time.Time, error)

	mu    sync.Mutex
	key   Key
	until time.Time
	next  time.Time // not asked again before
	err   error     // of the last asking
}

const (
	roleEarly   = 5 * time.Minute
	roleAgain   = 10 * time.Second // after a failure
	roleTimeout = 5 * time.Second
	mostRole    = 64 << 10
)

// NewRole returns the credential of the machine's role. Nothing is asked yet.
func NewRole(c RoleConfig) *Role {
	m := &metadata{url: c.URL, client: &http.Client{Timeout: roleTimeout, Transport: &http.Transport{}}} // never through a proxy
	if m.url == "" {
		m.url = MetadataURL
	}
	return newRole("the machine's role", c.Now, m.ask)
}

func newRole(whose string, now func() time.Time, ask func() (Key, time.Time, error)) *Role {
	if now == nil {
		now = time.Now
	}
	return &Role{whose: whose, now: now, ask: ask}
}

// metadata is where a machine asks about itself.
type metadata struct {
	url    string
	client *http.Client
}

// Current is the credential now.
func (r *Role) Current() (id, key, token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.renew()
	return r.key.Current()
}

// Check says why there is no credential.
func (r *Role) Check() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.renew(); r.now().Before(r.until) {
		return nil
	}
	return fmt.Errorf("credentials of %s: %w", r.whose, r.err)
}

func (r *Role) renew() {
	now := r.now()
	if now.Before(r.until.Add(-roleEarly)) || now.Before(r.next) {
		return
	}
	key, until, err := r.ask()
	if r.err = err; err != nil {
		r.next = now.Add(roleAgain)
		return
	}
	r.key, r.until = key, until
}

func (m *metadata) ask() (Key, time.Time, error) {
	name, err := m.get("")
	if err != nil {
		return Key{}, time.Time{}, err
	}
	role := strings.TrimSpace(string(name))
	text, err := m.get(url.PathEscape(role))
	if err != nil {
		return Key{}, time.Time{}, err
	}
	var got struct {
		TmpSecretID  string `json:"TmpSecretId"`
		TmpSecretKey string `json:"TmpSecretKey"`
		Token        string `json:"Token"`
		ExpiredTime  int64  `json:"ExpiredTime"`
		Code         string `json:"Code"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		return Key{}, time.Time{}, fmt.Errorf("the answer for role %s is no JSON", role) // it may hold a key
	}
	if got.Code != "Success" || got.TmpSecretID == "" || got.TmpSecretKey == "" {
		return Key{}, time.Time{}, fmt.Errorf("the answer for role %s is %q", role, got.Code)
	}
	return Key{got.TmpSecretID, got.TmpSecretKey, got.Token}, time.Unix(got.ExpiredTime, 0), nil
}

func (m *metadata) get(path string) ([]byte, error) {
	answer, err := m.client.Get(m.url + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the machine has no role: %s answers %s", m.url, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, mostRole))
}
