package config

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two configurations. It shows no secret.
type Change struct {
	// Path names the key; an account in it is named by its uin, and by the
	// place it delivers to where the uin has several.
	Path string

	// Old and New are the values. What came or went has one of them empty; an
	// account's is then the place it delivers to.
	Old, New string

	Restart bool // it takes effect at the next start alone
}

// String is the change in one line.
func (c Change) String() string {
	text := c.Path + ": " + cmp.Or(c.Old, "nothing") + " → " + cmp.Or(c.New, "nothing")
	if c.Restart {
		text += " (at the next start)"
	}
	return text
}

// Diff lists what differs between two configurations: nothing, when both mean
// the same. Accounts are the same by uin, bucket url and prefix, keys of the
// API by their id, wherever they stand. What a changed default changes in the
// accounts is not said again for each of them.
func Diff(was, is *Config) []Change {
	d := differ{places: placesOf(was, is)}
	d.section(reflect.ValueOf(was).Elem(), reflect.ValueOf(is).Elem(), "")
	for i, c := range d.changes {
		d.changes[i].Restart = slices.Contains([]string{"state", "ledger", "http.listen", "api.listen", "stop-within", "parallel.node", "parallel.bucket", "parallel.api-key"}, c.Path)
	}
	return d.changes
}

type differ struct {
	changes  []Change
	places   map[string]int // how many places a uin delivers to, in both configurations
	defaults []Change       // of the section defaults:, their paths without it
}

func (d *differ) add(path, was, is string) {
	d.changes = append(d.changes, Change{Path: path, Old: was, New: is})
}

func (d *differ) section(was, is reflect.Value, path string) {
	now := fields(is)
	for i, f := range fields(was) {
		d.value(f.value, now[i].value, strings.TrimPrefix(path+"."+f.key, "."))
	}
}

func (d *differ) value(was, is reflect.Value, path string) {
	switch v := was.Addr().Interface().(type) {
	case *Policy: // that of defaults:, those of accounts are inlined
		inner := differ{}
		inner.section(was, is, "")
		d.defaults = inner.changes
		d.section(was, is, path)
		return
	case *[]Account:
		d.accounts(*v, is.Interface().([]Account))
		return
	case *[]APIKey:
		d.keys(*v, is.Interface().([]APIKey), path)
		return
	}
	switch {
	case isLeaf(was):
		d.leaf(was, is, path)
	case was.Kind() == reflect.Struct:
		d.section(was, is, path)
	default:
		if w, i := textOfAny(was), textOfAny(is); w != i {
			d.add(path, w, i)
		}
	}
}

// leaf tells of secrets that they differ, and nothing more.
func (d *differ) leaf(was, is reflect.Value, path string) {
	w, i := textOf(was), textOf(is)
	if w != i {
		d.add(path, w, i)
		return
	}
	switch was.Addr().Interface().(type) {
	case *Secret, *DatabaseURL:
		if !sameLeaf(was, is) {
			d.add(path, w, i+", changed")
		}
	}
}

// place is what tells two accounts apart.
func (a *Account) place() string { return a.Bucket.URL.String() + "/" + a.Bucket.Prefix }

func placesOf(configs ...*Config) map[string]int {
	seen, places := map[string]bool{}, map[string]int{}
	for _, cfg := range configs {
		for i := range cfg.Accounts {
			a := &cfg.Accounts[i]
			if id := a.UIN + " " + a.place(); !seen[id] {
				seen[id] = true
				places[a.UIN]++
			}
		}
	}
	return places
}

func (d *differ) accounts(was, is []Account) {
	before := make(map[string]*Account, len(was))
	for i := range was {
		before[was[i].UIN+" "+was[i].place()] = &was[i]
	}
	for i := range is {
		a := &is[i]
		id := a.UIN + " " + a.place()
		if old, there := before[id]; there {
			delete(before, id)
			d.account(old, a)
			continue
		}
		d.add(d.pathOf(a), "", a.place())
	}
	for i := range was {
		if a := &was[i]; before[a.UIN+" "+a.place()] == a {
			d.add(d.pathOf(a), a.place(), "")
		}
	}
}

func (d *differ) pathOf(a *Account) string {
	if d.places[a.UIN] > 1 {
		return "accounts[" + a.UIN + " " + a.place() + "]"
	}
	return "accounts[" + a.UIN + "]"
}

func (d *differ) account(was, is *Account) {
	inner := differ{}
	inner.section(reflect.ValueOf(was).Elem(), reflect.ValueOf(is).Elem(), "")
	for _, c := range inner.changes {
		if !slices.Contains(d.defaults, c) {
			d.add(d.pathOf(is)+"."+c.Path, c.Old, c.New)
		}
	}
}

func (d *differ) keys(was, is []APIKey, path string) {
	before := make(map[string]*APIKey, len(was))
	for i := range was {
		before[was[i].SecretID] = &was[i]
	}
	for i := range is {
		key := &is[i]
		here := path + "[" + key.SecretID + "]"
		if old, there := before[key.SecretID]; there {
			delete(before, key.SecretID)
			d.key(old, key, here)
			continue
		}
		d.add(here, "", strconv.Itoa(len(key.Accounts))+" accounts")
	}
	for i := range was {
		if key := &was[i]; before[key.SecretID] == key {
			d.add(path+"["+key.SecretID+"]", strconv.Itoa(len(key.Accounts))+" accounts", "")
		}
	}
}

// key tells of the accounts one by one: there may be thousands. Only the first
// has a place that matters.
func (d *differ) key(was, is *APIKey, path string) {
	w, i := *was, *is
	w.Accounts, i.Accounts = nil, nil
	d.section(reflect.ValueOf(&w).Elem(), reflect.ValueOf(&i).Elem(), path)
	path += ".accounts"
	if was.Accounts[0] != is.Accounts[0] {
		d.add(path+"[0]", was.Accounts[0], is.Accounts[0])
	}
	before := make(map[string]bool, len(was.Accounts))
	for _, uin := range was.Accounts {
		before[uin] = true
	}
	for _, uin := range is.Accounts {
		if !before[uin] {
			d.add(path+"["+uin+"]", "", uin)
		}
		delete(before, uin)
	}
	for _, uin := range was.Accounts {
		if before[uin] {
			d.add(path+"["+uin+"]", uin, "")
		}
	}
}
