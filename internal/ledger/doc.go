// Package ledger is what deliverd remembers: which cadences of an account were
// switched on and when, and of each delivery what was tried last and what was
// proved of the object; what the newest snapshot of each bill comes to; and it is
// who works on which account. It lies in one
// SQLite file in the state folder, or, for several nodes, in PostgreSQL.
//
// It is a memory and no authority: the bucket is what counts, and a ledger that
// is lost costs no delivery (docs/ledger.md says what it does cost). It does
// not know how a file is made, cron, or buckets: a place is to it two texts.
package ledger
