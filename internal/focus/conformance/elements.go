package conformance

import "bytes"

// elementsShape is what the "Elements" of a JSON column have to look like
// (1.3, columns AllocatedMethodDetails and ContractApplied).
type elementsShape struct {
	required [][]byte // keys that every element has
	known    [][]byte // the other keys the specification names
	text     [][]byte // keys whose values are strings
	number   [][]byte // keys whose values are numbers, or texts of them
	unit     []byte   // the key whose value is a unit
	quantity []byte   // the key that the unit belongs to
	cost     []byte   // the key that must have a value when quantity has none
}

var elementShapes = map[string]*elementsShape{
	"AllocatedMethodDetails": {
		required: keyList("AllocatedRatio"), known: keyList("UsageQuantity", "UsageUnit"),
		number: keyList("AllocatedRatio", "UsageQuantity"),
		unit:   []byte("UsageUnit"), quantity: []byte("UsageQuantity"),
	},
	"ContractApplied": {
		required: keyList("ContractId", "ContractCommitmentId", "ContractCommitmentAppliedCost",
			"ContractCommitmentAppliedQuantity", "ContractCommitmentAppliedUnit"),
		text:   keyList("ContractId", "ContractCommitmentId", "ContractCommitmentAppliedUnit"),
		number: keyList("ContractCommitmentAppliedCost", "ContractCommitmentAppliedQuantity"),
		unit:   []byte("ContractCommitmentAppliedUnit"), quantity: []byte("ContractCommitmentAppliedQuantity"),
		cost: []byte("ContractCommitmentAppliedCost"),
	},
}

func keyList(names ...string) [][]byte {
	var keys [][]byte
	for _, name := range names {
		keys = append(keys, []byte(name))
	}
	return keys
}

// check gives the verdict on an object that is known to be valid JSON.
func (e *elementsShape) check(object []byte) verdict {
	elements, ok := lookup(object, []byte("Elements"))
	if !ok || elements[0] != '[' {
		return badElements
	}
	bad := verdict(0)
	for it := iterate(elements); it.next(); {
		if it.value[0] != '{' {
			bad |= badElements
			continue
		}
		bad |= e.element(it.value)
	}
	return bad
}

func (e *elementsShape) element(object []byte) (bad verdict) {
	for _, key := range e.required {
		if _, ok := lookup(object, key); !ok {
			bad |= badElementMissing
		}
	}
	quantity, hasQuantity := lookup(object, e.quantity)
	unit, hasUnit := lookup(object, e.unit)
	if hasQuantity && !hasUnit {
		bad |= badElementMissing
	}
	if cost, ok := lookup(object, e.cost); ok && hasQuantity && hasUnit {
		if (quantity[0] == 'n') != (unit[0] == 'n') || quantity[0] == 'n' && cost[0] == 'n' {
			bad |= badElementType
		}
	}
	for it := iterate(object); it.next(); {
		switch {
		case it.value[0] == '{' || it.value[0] == '[':
			bad |= badElements
		case !has(e.required, it.key) && !has(e.known, it.key) && !bytes.HasPrefix(it.key, []byte("x_")):
			bad |= badElementKey
		}
		if it.value[0] != 'n' {
			bad |= e.typed(it.key, it.value)
		}
	}
	return bad
}

func (e *elementsShape) typed(key, value []byte) verdict {
	switch {
	case has(e.number, key) && !isNumber(unquoted(value)):
		return badElementType
	case has(e.text, key) && value[0] != '"':
		return badElementType
	case sameKey(e.unit, key) && !isUnit(unquoted(value)):
		return badElementUnit
	}
	return 0
}

func unquoted(value []byte) []byte {
	if value[0] == '"' {
		return plainKey(value)
	}
	return value
}

func has(keys [][]byte, key []byte) bool {
	for _, k := range keys {
		if sameKey(k, key) {
			return true
		}
	}
	return false
}

// sameKey compares a key with a name of the specification. The model of 1.3
// writes ContractCommitmentID, its text and 1.4 ContractCommitmentId: both go.
func sameKey(name, key []byte) bool {
	if bytes.Equal(name, key) {
		return true
	}
	stem, ok := bytes.CutSuffix(name, []byte("Id"))
	return ok && bytes.HasPrefix(key, stem) && string(key[len(stem):]) == "ID"
}

// members walks an object or an array that is known to be valid JSON.
type members struct {
	scan       jsonScanner
	key, value []byte
}

func iterate(container []byte) *members {
	return &members{scan: jsonScanner{data: container, at: 1}}
}

func (m *members) next() bool {
	s := &m.scan
	s.space()
	if s.data[s.at] == ',' {
		s.at++
		s.space()
	}
	if s.data[s.at] == '}' || s.data[s.at] == ']' {
		return false
	}
	if s.data[0] == '{' {
		start := s.at
		s.text()
		m.key = plainKey(s.data[start:s.at])
		s.space()
		s.at++ // the colon
		s.space()
	}
	start := s.at
	s.value(0)
	m.value = s.data[start:s.at]
	return true
}

// lookup gives the value of a key of an object.
func lookup(object, key []byte) ([]byte, bool) {
	for it := iterate(object); it.next(); {
		if sameKey(key, it.key) {
			return it.value, true
		}
	}
	return nil, false
}
