package config

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"time"

	"deliverd/internal/period"
)

//go:embed defaults.yaml
var documented string

// WriteDefaults writes a configuration that shows every key with its default
// and says what it is for. It can be loaded as it is.
func WriteDefaults(w io.Writer) error {
	_, err := io.WriteString(w, documented)
	return err
}

// Print writes the configuration in force as YAML of the same shape: defaults
// filled in, paths resolved, secrets redacted.
func (c *Config) Print(w io.Writer) error {
	p := printer{}
	p.section(reflect.ValueOf(c).Elem(), "", "")
	_, err := io.WriteString(w, p.text.String())
	return err
}

type printer struct{ text strings.Builder }

// section writes the keys of a struct; first stands before the first of them
// (the hyphen of a list item) and indent before the others.
func (p *printer) section(v reflect.Value, first, indent string) {
	lead := first
	for _, f := range fields(v) {
		if leftOut(v, f) {
			continue
		}
		p.text.WriteString(lead + f.key + ":")
		lead = indent
		switch {
		case isLeaf(f.value):
			p.text.WriteString(" " + shown(f.value) + "\n")
		case f.value.Kind() == reflect.Struct:
			p.text.WriteString("\n")
			p.section(f.value, indent+"  ", indent+"  ")
		default:
			p.list(f.value, indent+"  ")
		}
	}
}

func (p *printer) list(v reflect.Value, indent string) {
	if v.Len() == 0 {
		p.text.WriteString(" []\n")
		return
	}
	p.text.WriteString("\n")
	for i := range v.Len() {
		if item := v.Index(i); isLeaf(item) {
			p.text.WriteString(indent + "- " + shown(item) + "\n")
		} else {
			p.section(item, indent+"- ", indent+"  ")
		}
	}
}

// leftOut reports whether a key that was not set has no default to show, or
// stands back behind another one.
func leftOut(section reflect.Value, f field) bool {
	switch v := f.value.Addr().Interface().(type) {
	case *Secret:
		return v.IsZero() || *fileOf(fields(section), f.key) != ""
	case *Path:
		return *v == ""
	case *DatabaseURL:
		return v.IsZero()
	case *Files:
		return v.IsZero()
	case *period.Day:
		return v.IsZero()
	case *APISource:
		source, ok := section.Addr().Interface().(*Source)
		return ok && !source.UsesAPI()
	default:
		return false
	}
}

// shown is a scalar as YAML reads it back.
func shown(v reflect.Value) string {
	switch v.Addr().Interface().(type) {
	case *bool, *int:
		return textOf(v)
	default:
		return scalarText(textOf(v))
	}
}

// textOf is a scalar as text, a secret redacted; empty where nothing is set.
func textOf(v reflect.Value) string {
	switch value := v.Addr().Interface().(type) {
	case *time.Duration:
		return shortDuration(*value)
	case **time.Location:
		return (*value).String()
	case **url.URL:
		return (*value).String()
	case *period.Day:
		if value.IsZero() {
			return ""
		}
		return value.String()
	default: // a Secret and a DatabaseURL redact themselves
		return fmt.Sprint(v.Interface())
	}
}

// textOfAny is a list or a section on one line.
func textOfAny(v reflect.Value) string {
	var parts []string
	switch {
	case isLeaf(v):
		return textOf(v)
	case v.Kind() == reflect.Struct:
		for _, f := range fields(v) {
			if text := textOfAny(f.value); text != "" {
				parts = append(parts, f.key+": "+text)
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	for i := range v.Len() {
		parts = append(parts, textOfAny(v.Index(i)))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9/._-]*(:[A-Za-z0-9/._-]+)*$|^[0-9]+[A-Za-z]+[0-9A-Za-z]*$`)
	otherKind = regexp.MustCompile(`(?i)^(true|false|yes|no|on|y|n|null|0x.*|0o.*|[0-9]+e[0-9]+)$`)
)

// scalarText writes text without quotes only where nobody reads it as anything
// but text.
func scalarText(text string) string {
	if plainText.MatchString(text) && !otherKind.MatchString(text) {
		return text
	}
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted) // JSON's strings are YAML's
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return `""`
	}
	return strings.TrimSuffix(quoted.String(), "\n")
}

// shortDuration is 12h where Go prints 12h0m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
