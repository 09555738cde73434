// Package snapshot keeps a bill as it was read at one moment: written once,
// read many times, with exact totals.
package snapshot
