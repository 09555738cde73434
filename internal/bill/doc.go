// Package bill is the provider's bill: what a [Line] of it is, what the lines
// add up to ([Totals]), and what a line means in FOCUS ([Mapper], charges.go).
//
// The way of a line: a source fills the fields it has with [Clean] text and
// calls [Line.Complete]; a snapshot keeps it and adds it to the totals; a
// mapper turns it into charges, which focus writes. docs/mapping.md shows the
// mapping column by column, with reasons and with what is unknown.
//
// The package does not know where lines come from (internal/billsource) nor
// where files go.
package bill
