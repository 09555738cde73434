package billsource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// tagColumn is a column that holds one tag.
type tagColumn struct {
	at      int
	key     string
	encoded string // "Country": with its colon, as in JSON
}

// tagColumns finds the columns of single tags, in the order of their keys.
func tagColumns(file string, cells []string) ([]tagColumn, error) {
	var found []tagColumn
	for i, cell := range cells {
		key, ok := tagKey(cell)
		if !ok {
			continue
		}
		found = append(found, tagColumn{i, key, string(appendJSON(nil, key)) + ":"})
	}
	slices.SortStableFunc(found, func(a, b tagColumn) int { return strings.Compare(a.key, b.key) })
	for i := 1; i < len(found); i++ {
		if found[i].key == found[i-1].key {
			return nil, &FileError{File: file, Problem: "has two columns for the tag " + shown(found[i].key), Fix: "remove one of them, or download the file again"}
		}
	}
	return found, nil
}

// tagKey is the key of a tag column, as the file writes it.
func tagKey(cell string) (key string, ok bool) {
	cell = strings.TrimSpace(cell)
	i := strings.IndexAny(cell, ":：")
	if i < 0 {
		return "", false
	}
	_, size := utf8.DecodeRuneInString(cell[i:])
	if !slices.Contains(tagPrefixes, strings.ToLower(cell[:i])+":") {
		return "", false
	}
	key = strings.TrimSpace(cell[i+size:])
	return key, key != ""
}

// tagger makes the tags of a row: one compact JSON object with sorted keys.
type tagger struct {
	columns []tagColumn
	buffer  []byte
}

// of gives the tags of a row: those of the single columns, where a blank cell
// means that the tag is absent, and those of the one cell that holds all.
// Where both have a tag they must agree.
func (t *tagger) of(cells []string, all string) (string, error) {
	if !isNull(all) {
		return t.merged(cells, all)
	}
	b := append(t.buffer[:0], '{')
	for i := range t.columns {
		c := &t.columns[i]
		value := strings.TrimSpace(cells[c.at])
		if isNull(value) {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendJSON(append(b, c.encoded...), value)
	}
	t.buffer = b
	if len(b) == 1 {
		return "", nil
	}
	return string(append(b, '}')), nil
}

func (t *tagger) merged(cells []string, all string) (string, error) {
	tags, err := parseTags(strings.TrimSpace(all))
	if err != nil {
		return "", err
	}
	for i := range t.columns {
		c := &t.columns[i]
		value := strings.TrimSpace(cells[c.at])
		if isNull(value) {
			continue
		}
		if other, ok := tags[c.key]; ok && other != value {
			return "", fmt.Errorf("tag %s is %s here and %s in its own column", shown(c.key), shown(other), shown(value))
		}
		tags[c.key] = value
	}
	return encodeTags(tags), nil
}

func isNull(cell string) bool {
	cell = strings.TrimSpace(cell)
	return cell == "" || cell == "-"
}

func encodeTags(tags map[string]string) string {
	if len(tags) == 0 {
		return ""
	}
	b := []byte{'{'}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, key), ':')
		b = appendJSON(b, tags[key])
	}
	return string(append(b, '}'))
}

// parseTags reads a cell with all tags: JSON as the API has it (a list of
// TagKey and TagValue) or as an object, else text such as
// "Country:CN;Team:core". An item without a value is a tag without one.
func parseTags(text string) (map[string]string, error) {
	if text[0] == '[' || text[0] == '{' {
		return tagsOfJSON([]byte(text))
	}
	tags := map[string]string{}
	for _, item := range tagItems(text) {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		key, value := item, ""
		if i := strings.IndexAny(item, ":：="); i >= 0 {
			_, size := utf8.DecodeRuneInString(item[i:])
			key, value = strings.TrimSpace(item[:i]), strings.TrimSpace(item[i+size:])
		}
		if err := addTag(tags, key, value); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// tagItems cuts the text at what separates tags: ; or | or a line end, else a
// comma, unless that would cut a value ("Team:a,b" is one tag).
func tagItems(text string) []string {
	if strings.ContainsAny(text, ";|\n；") {
		return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";|\n；", r) })
	}
	items := strings.Split(text, ",")
	pairs := 0
	for _, item := range items {
		if strings.ContainsAny(item, ":：=") {
			pairs++
		}
	}
	if pairs == 0 || pairs == len(items) {
		return items
	}
	return []string{text}
}

func addTag(tags map[string]string, key, value string) error {
	if key == "" {
		return errors.New("a tag has no key")
	}
	if _, twice := tags[key]; twice {
		return fmt.Errorf("tag %s is there twice", shown(key))
	}
	tags[key] = value
	return nil
}

// tagsOfJSON reads the API's list of tags, or an object of them.
func tagsOfJSON(text []byte) (map[string]string, error) {
	tags := map[string]string{}
	if text[0] == '{' {
		dec := json.NewDecoder(bytes.NewReader(text))
		if err := objectTags(dec, tags); err != nil {
			return nil, err
		}
		return tags, nil
	}
	var list []struct {
		TagKey   string
		TagValue *string
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("the tags are no list of TagKey and TagValue: %w", err)
	}
	for _, tag := range list {
		value := ""
		if tag.TagValue != nil {
			value = *tag.TagValue
		}
		if err := addTag(tags, tag.TagKey, value); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// objectTags reads {"Country":"CN"} and sees a doubled key, which a map hides.
func objectTags(dec *json.Decoder, tags map[string]string) error {
	_, _ = dec.Token() // the brace is known to be there
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fmt.Errorf("the tags are no JSON: %w", err)
		}
		var value *string
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("the tags are no JSON object of texts: %w", err)
		}
		if value == nil {
			value = new(string)
		}
		if err := addTag(tags, key.(string), *value); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("the tags are no JSON: %w", err)
	}
	if dec.More() {
		return errors.New("the tags are followed by something else")
	}
	return nil
}

// appendJSON appends a JSON string; nothing is escaped that need not be.
func appendJSON(b []byte, s string) []byte {
	plain := utf8.ValidString(s)
	for i := 0; plain && i < len(s); i++ {
		plain = s[i] >= ' ' && s[i] != '"' && s[i] != '\\'
	}
	if plain {
		return append(append(append(b, '"'), s...), '"')
	}
	var buffer bytes.Buffer
	enc := json.NewEncoder(&buffer)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return append(b, `""`...) // a string cannot fail
	}
	return append(b, bytes.TrimSpace(buffer.Bytes())...)
}
