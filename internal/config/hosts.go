package config

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Endpoint is the host of an API. Plain http is for loopback alone.
type Endpoint struct {
	Scheme string // https or http
	Host   string // host or host:port
}

// URL is the endpoint as https://host.
func (e Endpoint) URL() string { return e.Scheme + "://" + e.Host }

// String is the endpoint as it is written in the file: https goes without saying.
func (e Endpoint) String() string {
	if e.Scheme == "https" {
		return e.Host
	}
	return e.URL()
}

func (e *Endpoint) read(text string) *fault {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return &fault{"is no host", "write the host alone, like billing.intl.tencentcloudapi.com"}
	}
	if wrong := checkBareURL(u); wrong != nil {
		return wrong
	}
	*e = Endpoint{u.Scheme, u.Host}
	return nil
}

// checkBareURL refuses a URL that is more than a scheme and a host, and plain
// http to anywhere but this machine. Its texts never show the URL: there may be
// a password in it.
func checkBareURL(u *url.URL) *fault {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return &fault{"must begin with https://", "write https:// and the host"}
	case u.User != nil:
		return &fault{"holds a user or password", "leave it out; credentials have keys of their own"}
	case u.Opaque != "" || u.Hostname() == "":
		return &fault{"names no host", "write https:// and the host"}
	case u.Path != "" && u.Path != "/":
		return &fault{"holds a path", "leave the path out; a prefix of object keys has a key of its own"}
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return &fault{"holds a query or a fragment", "write scheme and host alone"}
	case !hostPattern.MatchString(u.Hostname()) || !portFits(u.Port()) || strings.HasSuffix(u.Host, ":"):
		return &fault{"its host or port does not exist", "write https:// and the host"}
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return &fault{"plain http is for a loopback host only", "write https://"}
	}
	return nil
}

var hostPattern = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$`)

func portFits(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
