package conformance

import (
	"bytes"
	"encoding/json"
	"slices"
)

// jsonFlaw is what is wrong with a JSON text.
type jsonFlaw uint8

const (
	flawSyntax    jsonFlaw = 1 << iota // not JSON (RFC 8259), or nested too deep to follow
	flawNoObject                       // JSON, but no object at the top
	flawDuplicate                      // an object with a key twice
	flawNested                         // a value of the top object is an object or array
	flawArray                          // an array with null, or with elements of several types
)

// maxDepth bounds the nesting that is followed.
const maxDepth = 64

// jsonScanner validates JSON without building it. It keeps the keys of the
// objects that are open, one behind the other, and so allocates only until its
// stack is as long as the widest nesting needs.
type jsonScanner struct {
	data []byte
	at   int
	keys [][]byte
	flaw jsonFlaw
}

// check gives the flaws of text as a JSON object.
func (s *jsonScanner) check(text []byte) jsonFlaw {
	s.data, s.at, s.keys, s.flaw = text, 0, s.keys[:0], 0
	s.space()
	kind := s.value(0)
	s.space()
	if kind == 0 || s.at != len(s.data) {
		return flawSyntax
	}
	if kind != '{' {
		s.flaw |= flawNoObject
	}
	return s.flaw
}

func (s *jsonScanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// value reads one value and gives its kind: { [ " 0 t n (true and false are
// both t); 0 when it is none.
func (s *jsonScanner) value(depth int) byte {
	if s.at >= len(s.data) || depth > maxDepth {
		return 0
	}
	switch c := s.data[s.at]; c {
	case '{':
		return s.object(depth)
	case '[':
		return s.array(depth)
	case '"':
		return s.text()
	case 't':
		return s.word("true", 't')
	case 'f':
		return s.word("false", 't')
	case 'n':
		return s.word("null", 'n')
	}
	return s.number()
}

func (s *jsonScanner) word(word string, kind byte) byte {
	if !bytes.HasPrefix(s.data[s.at:], []byte(word)) {
		return 0
	}
	s.at += len(word)
	return kind
}

func (s *jsonScanner) number() byte {
	d := s.data
	if s.at < len(d) && d[s.at] == '-' {
		s.at++
	}
	whole := digits(d[s.at:])
	if whole == 0 || whole > 1 && d[s.at] == '0' {
		return 0
	}
	s.at += whole
	if s.at < len(d) && d[s.at] == '.' {
		fraction := digits(d[s.at+1:])
		if fraction == 0 {
			return 0
		}
		s.at += 1 + fraction
	}
	if s.at < len(d) && d[s.at]|0x20 == 'e' {
		s.at++
		if s.at < len(d) && (d[s.at] == '-' || d[s.at] == '+') {
			s.at++
		}
		exponent := digits(d[s.at:])
		if exponent == 0 {
			return 0
		}
		s.at += exponent
	}
	return '0'
}

func (s *jsonScanner) text() byte {
	for s.at++; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return '"'
		case c < ' ':
			return 0
		case c == '\\':
			s.at++
			if s.at >= len(s.data) || !s.escape() {
				return 0
			}
		}
	}
	return 0
}

func (s *jsonScanner) escape() bool {
	switch s.data[s.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			s.at++
			if s.at >= len(s.data) || !isHex(s.data[s.at]) {
				return false
			}
		}
		return true
	}
	return false
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func (s *jsonScanner) array(depth int) byte {
	s.at++
	first := byte(0)
	for s.space(); ; s.space() {
		if first == 0 && s.at < len(s.data) && s.data[s.at] == ']' {
			break
		}
		kind := s.value(depth + 1)
		if kind == 0 {
			return 0
		}
		if kind == 'n' || first != 0 && kind != first {
			s.flaw |= flawArray
		}
		first = kind
		s.space()
		if s.at >= len(s.data) {
			return 0
		}
		if s.data[s.at] == ']' {
			break
		}
		if s.data[s.at] != ',' {
			return 0
		}
		s.at++
	}
	s.at++
	return '['
}

func (s *jsonScanner) object(depth int) byte {
	s.at++
	base := len(s.keys)
	for s.space(); ; s.space() {
		if s.at >= len(s.data) {
			return 0
		}
		if s.data[s.at] == '}' && len(s.keys) == base {
			break
		}
		if kind := s.member(depth); kind == 0 {
			return 0
		} else if depth == 0 && (kind == '{' || kind == '[') {
			s.flaw |= flawNested
		}
		s.space()
		if s.at >= len(s.data) {
			return 0
		}
		if s.data[s.at] == '}' {
			break
		}
		if s.data[s.at] != ',' {
			return 0
		}
		s.at++
	}
	s.at++
	if hasTwins(s.keys[base:]) {
		s.flaw |= flawDuplicate
	}
	s.keys = s.keys[:base]
	return '{'
}

// member reads "key": value, keeps the key, and gives the kind of the value.
func (s *jsonScanner) member(depth int) byte {
	start := s.at
	if s.data[s.at] != '"' || s.text() == 0 {
		return 0
	}
	s.keys = append(s.keys, plainKey(s.data[start:s.at]))
	s.space()
	if s.at >= len(s.data) || s.data[s.at] != ':' {
		return 0
	}
	s.at++
	s.space()
	return s.value(depth + 1)
}

// plainKey is the text of a quoted key, with its escapes undone.
func plainKey(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var key string
	if json.Unmarshal(quoted, &key) != nil {
		return quoted
	}
	return []byte(key)
}

// hasTwins says whether two keys are the same. It may change their order.
func hasTwins(keys [][]byte) bool {
	if len(keys) > 16 {
		slices.SortFunc(keys, bytes.Compare)
		for i := range keys[1:] {
			if bytes.Equal(keys[i], keys[i+1]) {
				return true
			}
		}
		return false
	}
	for i, a := range keys {
		for _, b := range keys[:i] {
			if bytes.Equal(a, b) {
				return true
			}
		}
	}
	return false
}
