package sample

import "deliverd/internal/bill"

// texts collects the texts of several fields, so that a line costs one
// allocation and not one a field.
type texts struct {
	bytes []byte
	ends  []end
}

type end struct {
	field bill.Field
	at    int
}

// set says that all bytes since the last field are the text of f.
func (t *texts) set(f bill.Field, bytes []byte) {
	t.bytes = bytes
	t.ends = append(t.ends, end{f, len(bytes)})
}

// into gives the collected texts to the line and starts anew.
func (t *texts) into(l *bill.Line) {
	all, from := string(t.bytes), 0
	for _, e := range t.ends {
		l[e.field] = all[from:e.at]
		from = e.at
	}
	t.bytes, t.ends = t.bytes[:0], t.ends[:0]
}
