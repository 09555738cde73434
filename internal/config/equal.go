package config

import (
	"net/url"
	"reflect"
	"slices"
	"time"

	"deliverd/internal/schedule"
)

// Equal reports whether two accounts ask for the same work: every key of them
// is the same, secrets and the zone of cron expressions included. Where a
// secret was read from does not matter.
func Equal(a, b Account) bool {
	return sameSection(reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem())
}

func sameSection(a, b reflect.Value) bool {
	as, bs := fields(a), fields(b)
	for i, f := range as {
		if !isSecretFile(as, f) && !same(f.value, bs[i].value) {
			return false
		}
	}
	return true
}

// isSecretFile reports whether a key names the file of the secret beside it.
func isSecretFile(section []field, f field) bool {
	if _, isPath := f.value.Addr().Interface().(*Path); !isPath {
		return false
	}
	return slices.ContainsFunc(section, func(other field) bool {
		_, secret := other.value.Addr().Interface().(*Secret)
		return secret && other.key+"-file" == f.key
	})
}

func same(a, b reflect.Value) bool {
	switch {
	case isLeaf(a):
		return sameLeaf(a, b)
	case a.Kind() == reflect.Struct:
		return sameSection(a, b)
	}
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if !same(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

func sameLeaf(a, b reflect.Value) bool {
	switch v := a.Addr().Interface().(type) {
	case *Secret:
		return v.Equal(b.Interface().(Secret))
	case *DatabaseURL:
		return v.Equal(b.Interface().(DatabaseURL))
	case *schedule.Schedule:
		return v.Equal(b.Interface().(schedule.Schedule))
	case **url.URL:
		return textOf(a) == textOf(b)
	case **time.Location:
		return textOf(a) == textOf(b)
	default:
		return a.Interface() == b.Interface()
	}
}
