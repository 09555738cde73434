package config

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
)

const redacted = "[redacted]"

// Secret is text that no print, log line or marshalled form reveals; only
// [Secret.Reveal] does. The zero Secret is empty.
type Secret struct{ text *string } // a pointer: fmt prints it as an address even where it may call no method

// NewSecret makes a secret of text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal is the text itself, for the one call that signs with it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal reports whether both hold the same text.
func (s Secret) Equal(o Secret) bool { return s.Reveal() == o.Reveal() }

// String is "[redacted]", or empty for the zero Secret, as are all forms below.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// GoString redacts %#v.
func (s Secret) GoString() string { return s.String() }

// Format redacts every verb of fmt, %x and %d included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText redacts text encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON redacts JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// MarshalYAML redacts YAML.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue redacts structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// DatabaseURL is the URL of a PostgreSQL database. It may hold a password, so
// every form but [DatabaseURL.Reveal] shows it without.
type DatabaseURL struct {
	Secret
	shown string
}

// Equal reports whether both are the same URL, passwords included.
func (d DatabaseURL) Equal(o DatabaseURL) bool { return d.Secret.Equal(o.Secret) }

// String is the URL without passwords.
func (d DatabaseURL) String() string { return d.shown }

// GoString redacts %#v.
func (d DatabaseURL) GoString() string { return d.shown }

// Format redacts every verb of fmt.
func (d DatabaseURL) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.shown) }

// MarshalText redacts text encodings.
func (d DatabaseURL) MarshalText() ([]byte, error) { return []byte(d.shown), nil }

// MarshalJSON redacts JSON.
func (d DatabaseURL) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", d.shown), nil }

// MarshalYAML redacts YAML.
func (d DatabaseURL) MarshalYAML() (any, error) { return d.shown, nil }

// LogValue redacts structured logs.
func (d DatabaseURL) LogValue() slog.Value { return slog.StringValue(d.shown) }

// read never shows the text in what it says is wrong.
func (d *DatabaseURL) read(text string) *fault {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Opaque != "" {
		return &fault{"is no PostgreSQL URL", "write postgres://user@host:5432/database"}
	}
	shown := *u
	if _, has := u.User.Password(); has {
		shown.User = url.UserPassword(u.User.Username(), "redacted")
	}
	query := u.Query()
	for key := range query {
		if strings.Contains(strings.ToLower(key), "password") {
			query.Set(key, "redacted")
		}
	}
	shown.RawQuery = query.Encode()
	*d = DatabaseURL{NewSecret(text), shown.String()}
	return nil
}
