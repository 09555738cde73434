package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"deliverd/internal/schedule"
)

// decoder fills a Config that already holds the defaults. A struct's fields are
// read in their order in Go, not in the file: what later ones rest on (the
// zone, the defaults of accounts) stands first.
type decoder struct {
	file, dir string
	cfg       *Config
	places    map[string]place
	problems  Problems
	wrongAt   map[string]bool // the paths of problems
	secrets   map[string]secretFile
	read      contents
}

// place is where a key stands.
type place struct {
	line, column int
	set          bool // it has a value: `key:` alone leaves the default
}

// field is one key of a struct.
type field struct {
	key   string
	value reflect.Value
}

// fields lists the keys of a struct in their order, those of inlined structs
// included.
func fields(v reflect.Value) (all []field) {
	for i := range v.NumField() {
		key, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if options == "inline" {
			all = append(all, fields(v.Field(i))...)
			continue
		}
		all = append(all, field{key, v.Field(i)})
	}
	return all
}

func (d *decoder) decode(v reflect.Value, n ast.Node, path string) {
	if _, null := n.(*ast.NullNode); null {
		return
	}
	switch {
	case isLeaf(v):
		d.leaf(v, n, path)
	case v.Kind() == reflect.Struct:
		d.mapping(v, n, path)
	case v.Kind() == reflect.Slice:
		d.sequence(v, n, path)
	default:
		panic(fmt.Sprintf("config: no way to decode %s", v.Type()))
	}
}

func (d *decoder) mapping(v reflect.Value, n ast.Node, path string) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.wrong(n, path, "want keys, found "+kindOf(n), "write key: value lines below it")
		return
	}
	known := fields(v)
	values := d.keys(m, known, path)
	for _, f := range known {
		if value, found := values[f.key]; found {
			d.decode(f.value, value, join(path, f.key))
		}
	}
	d.secretFiles(known, path)
}

// keys collects the values of a mapping and notes where each key stands;
// unknown and doubled keys are problems.
func (d *decoder) keys(m ast.MapNode, known []field, path string) map[string]ast.Node {
	values := map[string]ast.Node{}
	for entries := m.MapRange(); entries.Next(); {
		at := entries.Key().GetToken()
		key, value := at.Value, entries.Value()
		here := join(path, key)
		if !has(known, key) {
			d.add(at, here, "unknown key", "known here: "+strings.Join(names(known), ", "))
			continue
		}
		if _, doubled := values[key]; doubled {
			d.add(at, here, fmt.Sprintf("doubled key; it stands in line %d already", d.places[here].line), "keep one of the two")
			continue
		}
		values[key] = value
		_, null := value.(*ast.NullNode)
		d.places[here] = place{at.Position.Line, at.Position.Column, !null}
	}
	return values
}

func (d *decoder) sequence(v reflect.Value, n ast.Node, path string) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrong(n, path, "want a list, found "+kindOf(n), "write each item on a line that begins with a hyphen")
		return
	}
	items := reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values))
	for i, value := range list.Values {
		here := path + "[" + strconv.Itoa(i) + "]"
		at := firstToken(value)
		d.places[here] = place{at.Position.Line, at.Position.Column, true}
		if account, ok := items.Index(i).Addr().Interface().(*Account); ok {
			*account = d.newAccount(here)
		}
		d.decode(items.Index(i), value, here)
	}
	v.Set(items)
}

// newAccount is an account as it is before its own keys are read.
func (d *decoder) newAccount(path string) Account {
	daily, err := schedule.Parse(defaultDailyAt, d.cfg.Timezone)
	if err != nil {
		d.at(path, err.Error(), "")
	}
	monthly, err := schedule.Parse(defaultMonthlyAt, d.cfg.Timezone)
	if err != nil {
		d.at(path, err.Error(), "")
	}
	return defaultAccount(d.cfg.Defaults, daily, monthly)
}

func names(fs []field) (keys []string) {
	for _, f := range fs {
		keys = append(keys, f.key)
	}
	return keys
}

func has(fs []field, key string) bool {
	for _, f := range fs {
		if f.key == key {
			return true
		}
	}
	return false
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,60}$`)

func join(path, key string) string {
	if !plainKey.MatchString(key) {
		key = quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// firstToken is where a value begins: a mapping's own token is its first colon.
func firstToken(n ast.Node) *token.Token {
	if m, ok := n.(ast.MapNode); ok {
		if flow, ok := n.(*ast.MappingNode); ok && flow.IsFlowStyle {
			return flow.GetToken()
		}
		if entries := m.MapRange(); entries.Next() {
			return entries.Key().GetToken()
		}
	}
	return n.GetToken()
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case ast.MapNode:
		return "keys"
	case *ast.SequenceNode:
		return "a list"
	default:
		return "a single value"
	}
}

// add notes a problem at a token.
func (d *decoder) add(t *token.Token, path, what, try string) {
	d.note(Problem{d.file, t.Position.Line, t.Position.Column, path, what, try, nil})
}

func (d *decoder) note(p Problem) {
	d.problems = append(d.problems, p)
	d.wrongAt[p.Path] = true
}

// wrong notes a problem with the value n.
func (d *decoder) wrong(n ast.Node, path, what, try string) { d.add(firstToken(n), path, what, try) }

// at notes a problem with what was read from path, at its key; when the key is
// not in the file, at the nearest one above it.
func (d *decoder) at(path, what, try string) {
	p := Problem{File: d.file, Path: path, What: what, Try: try}
	for here := path; here != ""; here = above(here) {
		if where, ok := d.places[here]; ok {
			p.Line, p.Column = where.line, where.column
			break
		}
	}
	d.note(p)
}

// above is the path of what path lies in; empty for a key of the file.
func above(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

// set reports whether a key stands in the file with a value.
func (d *decoder) set(path string) bool { return d.places[path].set }
