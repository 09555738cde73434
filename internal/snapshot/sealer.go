package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// sealer takes all lines of a bill in order, once: it writes them, adds them
// up, and sees to it that no record is there twice.
type sealer struct {
	*fileWriter
	tally  bill.Tally
	hash   hash.Hash
	toHash []byte
	prev   bill.Line
	source string // the first line's file
	files  bool   // lines are of more than one file
	ids    bool   // lines have record ids
	twins  int64  // lines alike to the one before
}

func newSealer(w *fileWriter, uin string, month period.Month) *sealer {
	s := &sealer{fileWriter: w, hash: sha256.New()}
	s.hash.Write([]byte("deliverd bill of " + uin + " in " + month.String() + "\n"))
	return s
}

// add adds a line. row is the line as a row where there is one at hand, else
// blank.
func (s *sealer) add(l *bill.Line, row string) error {
	if err := s.checkFile(l); err != nil {
		return err
	}
	if err := s.tally.Add(l); err != nil {
		return err
	}
	if row == "" {
		s.toHash = appendContent(s.toHash, l)
	} else {
		s.toHash = append(s.toHash, row[:len(row)-len(l[bill.SourceFile])]...)
	}
	if len(s.toHash) > hashChunk {
		s.hash.Write(s.toHash)
		s.toHash = s.toHash[:0]
	}
	return s.fileWriter.add(l)
}

// hashChunk is how many bytes are hashed at a time.
const hashChunk = 16 << 10

// checkFile compares the line with the one before. Lines of a record follow
// each other, but for records that have another bill day in the other file:
// [Writer.checkRecords] finds those. A record may be cut between two members of
// an archive, but a line with a record id that both have is there twice. Within
// one file that is possible, a record may have two components alike: it is
// counted, and told.
func (s *sealer) checkFile(l *bill.Line) error {
	if s.lines == 0 {
		s.source = l.File()
	}
	s.files = s.files || l.File() != s.source
	s.ids = s.ids || l[bill.RecordID] != ""
	if s.lines > 0 {
		switch twin := l[bill.RecordID] != "" && l.Compare(&s.prev) == 0; {
		case s.files && l.File() != s.prev.File() && l.SameRecord(&s.prev), twin && l[bill.SourceFile] != s.prev[bill.SourceFile]:
			return duplicate(&s.prev, l)
		case twin:
			s.twins++
		}
	}
	s.prev = *l
	return nil
}

func (s *sealer) giveUp() (run, error) { return s.run() }

// id is the same for the same lines of the same account and month, whenever
// and from which files they were read.
func (s *sealer) id() string {
	s.hash.Write(s.toHash)
	s.toHash = s.toHash[:0]
	return hex.EncodeToString(s.hash.Sum(nil)[:idBytes])
}

// footer is what a snapshot says about itself.
type footer struct {
	ID      string       `json:"id"`
	UIN     string       `json:"uin"`
	Month   string       `json:"month"`
	Through string       `json:"through"`
	Lines   int64        `json:"lines"`
	Reading reading      `json:"reading"`
	Totals  *bill.Totals `json:"totals"`
}

// reading is a bill.Reading less what the footer has already.
type reading struct {
	Source      string   `json:"source"`
	SkippedRows int64    `json:"skippedRows"`
	Skipped     []string `json:"skipped"`
	Warnings    []string `json:"warnings"`
}

func (s *sealer) finish(uin string, month period.Month, r bill.Reading) (footer, error) {
	f := footer{
		ID: s.id(), UIN: uin, Month: month.String(), Lines: s.lines, Totals: s.tally.Totals(),
		Reading: reading{r.Source, r.SkippedRows, r.Skipped, r.Warnings},
	}
	if !r.Through.IsZero() {
		f.Through = r.Through.String()
	}
	if s.twins > 0 {
		f.Reading.Warnings = append(slices.Clone(r.Warnings), fmt.Sprintf("%d lines are alike in every field to the line before, record id included: see whether the bill was put together twice", s.twins))
	}
	text, err := json.Marshal(f)
	if err != nil {
		return f, err
	}
	return f, s.end(f.ID, text)
}

func duplicate(a, b *bill.Line) error {
	return &DuplicateError{Record: a[bill.RecordID], Resource: a[bill.ResourceID], Files: [2]string{a[bill.SourceFile], b[bill.SourceFile]}}
}
