package bill

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"deliverd/internal/focus"
)

// Profile is how closely a file follows FOCUS.
type Profile string

// The profiles.
const (
	// Strict passes every rule of its version that a bill can satisfy.
	Strict Profile = "strict"
	// Provider has the shape of the provider's own FOCUS 1.0 file, as far as
	// its page is known; see provider.go.
	Provider Profile = "provider"
)

// Constant is a custom column with the same value in every row.
type Constant struct{ Name, Value string }

// Layout says what a file looks like. Two files of one layout and one snapshot
// are the same bytes.
type Layout struct {
	Version   string     // of FOCUS; the provider's profile is 1.0
	Profile   Profile    // zero: Strict
	Columns   []string   // keep these columns alone; empty: all
	Tags      []string   // tag keys that get a column x_tag_<Key> each
	Constants []Constant // custom columns of the user's own
	Amortise  bool       // spread the EffectiveCost of subscriptions over the months they pay for
}

// Schema is the layout's columns: those of the version, or the provider's, then
// the bill's custom columns, the tags' and the constants.
func (o Layout) Schema() (focus.Schema, error) {
	v, err := focus.LoadVersion(o.Version)
	if err != nil {
		return focus.Schema{}, err
	}
	extra := ExtraColumns()
	for _, key := range o.Tags {
		extra = append(extra, "x_tag_"+key)
	}
	for _, c := range o.Constants {
		if !strings.HasPrefix(c.Name, "x_") {
			return focus.Schema{}, fmt.Errorf("constant column %s: custom columns begin with x_ (FOCUS ColumnHandling)", c.Name)
		}
		extra = append(extra, c.Name)
	}
	for i, name := range extra {
		if slices.Contains(extra[:i], name) {
			return focus.Schema{}, fmt.Errorf("column %s is there twice", name)
		}
	}
	schema := focus.NewSchema(v, extra)
	if o.Profile == Provider {
		if schema, err = providerSchema(o, extra); err != nil {
			return focus.Schema{}, err
		}
	}
	if len(o.Columns) == 0 {
		return schema, nil
	}
	return schema.Select(o.Columns)
}

// own fills the custom columns of the layout: chosen tags and constants.
func (m *Mapper) own(l *Line) {
	extra := m.charge.Extra[len(extraColumns):]
	if len(m.cfg.Layout.Tags) > 0 {
		values := m.tagValues(l[Tags])
		for i, key := range m.cfg.Layout.Tags {
			extra[i] = values[key]
		}
	}
	for i, c := range m.cfg.Layout.Constants {
		extra[len(m.cfg.Layout.Tags)+i] = c.Value
	}
}

// maxTagTexts bounds the memory of a bill in which every line is tagged
// differently.
const maxTagTexts = 1 << 12

// tagValues are the tags of a line by key; a tag without a value is true.
func (m *Mapper) tagValues(text string) map[string]string {
	if values, known := m.tags[text]; known {
		return values
	}
	var tags map[string]any
	_ = json.Unmarshal([]byte(text), &tags) // Clean saw to it that it is JSON
	values := map[string]string{}
	for key, value := range tags {
		values[key] = fmt.Sprint(value)
	}
	if len(m.tags) >= maxTagTexts {
		clear(m.tags)
	}
	m.tags[strings.Clone(text)] = values
	return values
}
