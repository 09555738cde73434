package config

import (
	"errors"
	"net/url"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"deliverd/internal/period"
	"deliverd/internal/schedule"
)

// isLeaf reports whether a value is written as one scalar in the file.
func isLeaf(v reflect.Value) bool {
	switch v.Addr().Interface().(type) {
	case textValue, *string, *bool, *int, *Path, *Secret, *time.Duration, **time.Location, **url.URL, *schedule.Schedule, *period.Day:
		return true
	default:
		return false
	}
}

// leaf reads one scalar into v. A value that is wrong leaves a problem, and v
// in a state nobody will see.
func (d *decoder) leaf(v reflect.Value, n ast.Node, path string) {
	text, ok := scalar(n)
	if !ok {
		d.wrong(n, path, "want a single value, found "+kindOf(n), "")
		return
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		d.wrong(n, path, "has a line break or another control character", "write it on one line")
		return
	}
	if wrong := d.readLeaf(v.Addr().Interface(), n, text); wrong != nil {
		d.wrong(n, path, wrong.what, wrong.try)
	}
}

func (d *decoder) readLeaf(target any, n ast.Node, text string) (wrong *fault) {
	switch v := target.(type) {
	case *Files:
		if wrong = v.read(text); wrong == nil && v.Bucket == "" {
			wrong = d.readPath(&v.Path, text)
		}
	case textValue:
		wrong = v.read(text)
	case *string:
		*v = text
	case *Path:
		wrong = d.readPath(v, text)
	case *Secret:
		*v = NewSecret(text)
	case *bool:
		*v, wrong = readBool(n, text)
	case *int:
		*v, wrong = readInt(n, text)
	case *time.Duration:
		*v, wrong = readDuration(text)
	case **time.Location:
		wrong = readZone(v, text)
	case **url.URL:
		wrong = readURL(v, text)
	case *schedule.Schedule:
		wrong = d.readCron(v, text)
	case *period.Day:
		wrong = readDay(v, text)
	}
	return wrong
}

// scalar is the text of a scalar as it was written: 200020002001 and 1.2 need
// no quotes to stay what they are.
func scalar(n ast.Node) (text string, ok bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true
	case *ast.LiteralNode:
		return s.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return s.GetToken().Value, true
	default:
		return "", false
	}
}

func (d *decoder) readPath(v *Path, text string) *fault {
	switch {
	case text == "":
		return &fault{"is empty", "name a file or folder"}
	case strings.HasPrefix(text, "~"):
		return &fault{"~ is not expanded", "write the whole path"}
	case !filepath.IsAbs(text):
		text = filepath.Join(d.dir, text)
	}
	*v = Path(filepath.Clean(text))
	return nil
}

func readBool(n ast.Node, text string) (bool, *fault) {
	if b, ok := n.(*ast.BoolNode); ok {
		return b.Value, nil
	}
	return false, &fault{quote(text) + " is neither true nor false", "write true or false, without quotes"}
}

func readInt(n ast.Node, text string) (int, *fault) {
	i, err := strconv.Atoi(text)
	if _, number := n.(*ast.IntegerNode); err != nil || !number {
		return 0, &fault{quote(text) + " is no whole number", "write digits, without quotes"}
	}
	return i, nil
}

func readDuration(text string) (time.Duration, *fault) {
	length, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, &fault{quote(text) + " is no length of time", "write a number with a unit, like 12h or 90m"}
	case length < 0:
		return 0, &fault{"is less than nothing", "write a length of time like 12h"}
	}
	return length, nil
}

func readZone(v **time.Location, text string) *fault {
	const try = "write a name of the IANA time zone database, like Asia/Shanghai or UTC"
	if text == "" || strings.EqualFold(text, "local") {
		return &fault{"the host's own zone is never used", try}
	}
	zone, err := time.LoadLocation(text)
	if err != nil {
		return &fault{quote(text) + " is no time zone", try}
	}
	*v = zone
	return nil
}

func readURL(v **url.URL, text string) *fault {
	u, err := url.Parse(text)
	if err != nil {
		return &fault{"is no URL", "write https:// and the host"}
	}
	if wrong := checkBareURL(u); wrong != nil {
		return wrong
	}
	*v = &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
	return nil
}

func (d *decoder) readCron(v *schedule.Schedule, text string) *fault {
	at, err := schedule.Parse(text, d.cfg.Timezone)
	var refused *schedule.ParseError
	switch {
	case errors.As(err, &refused):
		return &fault{refused.Error(), refused.Remedy()}
	case err != nil:
		return &fault{err.Error(), ""}
	}
	*v = at
	return nil
}

func readDay(v *period.Day, text string) *fault {
	day, err := period.ParseDay(text)
	if err != nil || len(text) != len(time.DateOnly) {
		return &fault{quote(text) + " is no day", "write it as 2025-12-01"}
	}
	*v = day
	return nil
}
