package cosdest

import (
	"errors"
	"fmt"
	"strings"
)

// Credentials sign requests. They print as their id alone.
type Credentials struct {
	SecretID, SecretKey string
	SessionToken        string // of temporary credentials
}

func (c Credentials) check() error {
	for _, v := range []struct{ name, value string }{{"secret id", c.SecretID}, {"secret key", c.SecretKey}} {
		switch {
		case v.value == "":
			return errors.New("bucket credentials: the " + v.name + " is empty")
		case strings.TrimSpace(v.value) != v.value:
			return errors.New("bucket credentials: the " + v.name + " begins or ends with white space")
		}
	}
	return nil
}

// Format prints the id, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "credentials of %s", c.SecretID)
}

// MarshalText gives the id.
func (c Credentials) MarshalText() ([]byte, error) {
	return fmt.Append(nil, c), nil
}

// Format prints the bucket and the id, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "bucket %s, credentials of %s", shownURL(c.URL), c.SecretID)
}

// MarshalText gives the bucket and the id.
func (c Config) MarshalText() ([]byte, error) {
	return fmt.Append(nil, c), nil
}

func shownURL(s string) string {
	u, err := parseURL(s)
	if err != nil {
		return "(no valid url)"
	}
	return u.String()
}
