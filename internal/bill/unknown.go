package bill

import "slices"

// maxUnknown bounds the products of which a mapper says that it did not know them.
const maxUnknown = 100

// unknownProducts are the products that nothing knew.
type unknownProducts struct {
	names   map[string]bool // at most maxUnknown
	charges int64
	now     bool // the line that charges are made of has one
}

// note remembers a product by code and name.
func (u *unknownProducts) note(code, name string) {
	text := first(code, name)
	if code != "" && name != "" && name != code {
		text += " (" + name + ")"
	}
	if len(u.names) < maxUnknown {
		if u.names == nil {
			u.names = map[string]bool{}
		}
		u.names[text] = true
	}
}

// UnknownProducts are the products of the lines mapped so far that neither the
// product table nor an override knows, sorted, as code and name: at most 100,
// the first that came. Their ServiceCategory is Other. A line that names no
// product at all is none.
func (m *Mapper) UnknownProducts() []string {
	names := make([]string, 0, len(m.unknown.names))
	for name := range m.unknown.names {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// UnknownCharges is the number of charges for products that are not known.
func (m *Mapper) UnknownCharges() int64 { return m.unknown.charges }
