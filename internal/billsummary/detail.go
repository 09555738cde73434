package billsummary

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"deliverd/internal/bill"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// maxPage is how many records a page may have.
const maxPage = 300

// page is what is asked of a bill's lines.
type page struct {
	uin           string
	month         period.Month
	offset, limit int64
	count         bool   // the number of all records, too
	of            string // the snapshot that the page before was of; blank: none
}

// detailAnswer is the answer of DescribeBillDetail.
type detailAnswer struct {
	Context   string
	DetailSet []json.RawMessage
	RequestId string // the name on the wire
	Total     *int64
}

func (a *detailAnswer) chunks(id string) [][]byte {
	a.RequestId = id
	text, err := marshal(a)
	if err != nil { // the records are JSON already
		panic(err)
	}
	return [][]byte{text}
}

func (s *Server) describeBillDetail(ctx context.Context, c *call) (answer, error) {
	p, err := pageAsked(c)
	if err != nil {
		return nil, err
	}
	snap, err := s.lines(ctx, p)
	if err != nil {
		return nil, err
	}
	select {
	case s.scans <- struct{}{}:
		defer func() { <-s.scans }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	a := &detailAnswer{Context: snap.ID(), DetailSet: []json.RawMessage{}}
	total, err := p.read(ctx, snap, func(r *record) error {
		text, err := marshal(r.content)
		a.DetailSet = append(a.DetailSet, text)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errElsewhere(p)
	}
	if p.count {
		a.Total = &total
	}
	return a, err
}

func pageAsked(c *call) (p page, err error) {
	for _, filter := range []string{"ProductCode", "PayMode", "ResourceId", "ActionType", "ProjectId", "BusinessCode"} {
		if _, there := c.params[filter]; there {
			return p, fail(codeUnsupportedOperation, "The parameter `%s` is not supported: a bill is answered as a whole.", filter)
		}
	}
	if err := c.params.only("Offset", "Limit", "Month", "BeginTime", "EndTime", "PeriodType", "NeedRecordNum", "Context", "PayerUin"); err != nil {
		return p, err
	}
	if p.offset, err = c.params.number("Offset", 0, 1<<40); err != nil {
		return p, err
	}
	if p.limit, err = c.params.number("Limit", 1, maxPage); err != nil {
		return p, err
	}
	if _, there := c.params["NeedRecordNum"]; there {
		need, err := c.params.number("NeedRecordNum", 0, 1)
		if err != nil {
			return p, err
		}
		p.count = need == 1
	}
	if p.of, _, err = c.params.text("Context"); err != nil {
		return p, err
	}
	if p.month, err = c.params.monthOrSpan(); err != nil {
		return p, err
	}
	p.uin, err = c.payer()
	return p, err
}

// monthOrSpan is the month that is asked for by its name, or by a begin and an
// end in it, which the provider too answers with the whole month.
func (p params) monthOrSpan() (month period.Month, err error) {
	begin, begins, err := p.text("BeginTime")
	if err != nil {
		return month, err
	}
	end, ends, err := p.text("EndTime")
	if err != nil {
		return month, err
	}
	if !begins && !ends {
		text, err := p.required("Month")
		if err != nil {
			return month, err
		}
		return parseMonth("Month", text)
	}
	const digits = len("2023-04")
	if len(begin) < digits || len(end) < digits || begin[:digits] != end[:digits] {
		return month, fail(codeInvalidValue, "`BeginTime` and `EndTime` are to be given both, and of one month.")
	}
	return parseMonth("BeginTime", begin[:digits])
}

// lines are those of the newest snapshot of the bill, if they lie here.
func (s *Server) lines(ctx context.Context, p page) (*snapshot.Snapshot, error) {
	newest, found, err := s.books.newest(ctx, p.uin, p.month)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, fail(codeResourceNotFound, "The bill of %s has not been read yet.", p.month)
	case p.of != "" && p.of != newest:
		return nil, fail(codeInvalidValue, "The bill of %s has changed since the page that `Context` is of: begin again, without `Context`, at offset 0.", p.month)
	}
	snap, err := s.shelf.get(bookKey{p.uin, p.month}, newest)
	if errors.Is(err, fs.ErrNotExist) || err == nil && snap.ID() != newest {
		return nil, errElsewhere(p)
	}
	return snap, err
}

// errElsewhere is for a bill whose totals are known and whose lines are not here.
func errElsewhere(p page) error {
	return fail(codeResourceUnavailable, "The lines of the newest bill of %s do not lie with this node: ask the one that has read it.", p.month)
}

var errEnough = errors.New("the page is full")

// read visits the records of the page, and counts the records of the bill if
// they are to be counted.
func (p page) read(ctx context.Context, snap *snapshot.Snapshot, visit func(*record) error) (total int64, err error) {
	var now *record
	finish := func() error {
		if now == nil {
			return nil
		}
		total++
		if now.content != nil {
			if err := visit(now); err != nil {
				return err
			}
		}
		if total == p.offset+p.limit && !p.count {
			return errEnough
		}
		return nil
	}
	err = snap.Each(ctx, period.Day{}, func(l *bill.Line) error {
		if now != nil && now.has(l) {
			if now.content != nil {
				now.add(l)
			}
			return nil
		}
		if err := finish(); err != nil {
			return err
		}
		now = newRecord(l, total >= p.offset && total < p.offset+p.limit)
		return nil
	})
	if err == nil {
		err = finish()
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the lines of account %s, %s: %w", p.uin, p.month, err)
	}
	return total, nil
}

// number is the value of a whole number, which has to be given.
func (p params) number(name string, least, most int64) (int64, error) {
	v, there := p[name]
	if !there {
		return 0, missing(name)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(v.text), 10, 64)
	if v.kind != number && v.kind != text || err != nil {
		return 0, fail(codeInvalidParameter, "The parameter `%s` is not an integer.", name)
	}
	if n < least || n > most {
		return 0, fail(codeInvalidValue, "The value `%d` of the parameter `%s` is not valid: it is to be %d to %d.", n, name, least, most)
	}
	return n, nil
}

func parseMonth(name, text string) (period.Month, error) {
	month, err := period.ParseMonth(text)
	if err != nil {
		return month, fail(codeInvalidValue, "The value `%s` of the parameter `%s` is not valid: it is to be like 2023-04.", text, name)
	}
	return month, nil
}
