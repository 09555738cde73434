package snapshot

import (
	"errors"
	"fmt"
)

// CorruptError says that a snapshot is not as it was written: cut short,
// changed, or of another version of the format.
type CorruptError struct {
	Path    string
	Problem string // "block 3 has a wrong checksum"
}

func (e *CorruptError) Error() string { return fmt.Sprintf("snapshot %s: %s", e.Path, e.Problem) }

// Remedy is what a person can do about the error.
func (e *CorruptError) Remedy() string {
	return "delete the file and check the disk: the next delivery reads the bill again from its source"
}

// DuplicateError says that a record of the bill was read from two files.
type DuplicateError struct {
	Record   string    // its id; blank in a bill without ids
	Resource string    // what it charges for
	Files    [2]string // where it was found
}

func (e *DuplicateError) Error() string {
	if e.Record == "" {
		return fmt.Sprintf("a line of %q is in %s and, alike in every field, in %s", e.Resource, e.Files[0], e.Files[1])
	}
	return fmt.Sprintf("record %s of %q is in %s and in %s", e.Record, e.Resource, e.Files[0], e.Files[1])
}

// Remedy is what a person can do about the error.
func (e *DuplicateError) Remedy() string {
	return fmt.Sprintf("remove one of the two files (%s, %s), or the lines that both hold: counted twice, they would be charged twice", e.Files[0], e.Files[1])
}

var errFinished = errors.New("the snapshot is committed or discarded already")
