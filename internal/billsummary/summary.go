package billsummary

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// summaryAnswer is the answer of DescribeBillSummary, its names in the order of
// the provider's examples. The rows are lists in JSON, which follow each other.
type summaryAnswer struct {
	ready int
	rows  []json.RawMessage
}

func (a *summaryAnswer) chunks(id string) [][]byte {
	all := [][]byte{fmt.Appendf(nil, `{"Ready":%d,"RequestId":%q,"SummaryDetail":[`, a.ready, id)}
	for _, rows := range a.rows {
		if inner := rows[1 : len(rows)-1]; len(inner) > 0 {
			if len(all) > 1 {
				all = append(all, []byte{','})
			}
			all = append(all, inner)
		}
	}
	return append(all, []byte("]}"))
}

// The group types.
const (
	byBusiness = "business"
	byProject  = "project"
	byRegion   = "region"
	byPayMode  = "payMode"
	byTag      = "tag"
)

// question is what is asked about a bill.
type question struct {
	uin       string
	month     period.Month
	groupType string
	tagKeys   []string
	operator  string // blank: all of them
}

func (s *Server) describeBillSummary(ctx context.Context, c *call) (answer, error) {
	q, err := summaryQuestion(c)
	if err != nil {
		return nil, err
	}
	book, err := s.books.get(ctx, q.uin, q.month)
	if err != nil {
		return nil, err
	}
	if book == nil {
		return &summaryAnswer{ready: 0}, nil
	}
	a := &summaryAnswer{ready: 1}
	for _, part := range q.parts() {
		rows, err := s.books.answer(bookKey{q.uin, q.month}, book, part, s.summarize)
		if err != nil {
			return nil, err
		}
		a.rows = append(a.rows, rows)
	}
	return a, nil
}

// part is what is answered by itself: the groups of a type, or of one tag key,
// of all lines or those of one operator.
type part struct{ groupType, tagKey, operator string }

func (q question) parts() []part {
	if q.groupType != byTag {
		return []part{{groupType: q.groupType, operator: q.operator}}
	}
	parts := make([]part, len(q.tagKeys))
	for i, key := range q.tagKeys {
		parts[i] = part{byTag, key, q.operator}
	}
	return parts
}

// summaryQuestion reads what is asked and sees that the key may ask it.
func summaryQuestion(c *call) (q question, err error) {
	if err := c.params.only("Month", "GroupType", "TagKey", "OperateUin", "PayerUin"); err != nil {
		return q, err
	}
	month, err := c.params.required("Month")
	if err != nil {
		return q, err
	}
	if q.groupType, err = c.params.required("GroupType"); err != nil {
		return q, err
	}
	if q.month, err = parseMonth("Month", month); err != nil {
		return q, err
	}
	if q.tagKeys, err = c.params.list("TagKey"); err != nil {
		return q, err
	}
	switch q.groupType {
	case byBusiness, byProject, byRegion, byPayMode:
		q.tagKeys = nil
	case byTag:
		if len(q.tagKeys) == 0 {
			return q, missing("TagKey")
		}
		q.tagKeys = distinct(q.tagKeys)
	default:
		return q, fail(codeInvalidValue, "The value `%s` of the parameter `GroupType` is not valid: it is to be business, project, region, payMode or tag.", q.groupType)
	}
	if q.operator, _, err = c.params.text("OperateUin"); err != nil {
		return q, err
	}
	q.uin, err = c.payer()
	return q, err
}

// payer is the account that is asked about: the one that is named, if it is one
// of the key's, else the key's first.
func (c *call) payer() (string, error) {
	uin, _, err := c.params.text("PayerUin")
	switch {
	case err != nil:
		return "", err
	case uin == "":
		return c.key.accounts[0], nil
	case !slices.Contains(c.key.accounts, uin):
		return "", fail(codeUnauthorized, "The key is not authorized to read the bill of the account `%s`.", uin)
	}
	return uin, nil
}

func distinct(texts []string) []string {
	var all []string
	for _, text := range texts {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// summarize gives the rows of an answer.
func (s *Server) summarize(t *bill.Totals, p part) ([]summaryDetail, error) {
	of := &t.Parts
	if p.operator != "" {
		if of = t.OfOperator(p.operator); of == nil {
			of = &bill.Parts{}
		}
	}
	switch p.groupType {
	case byBusiness:
		return businessRows(of), nil
	case byProject:
		return s.rows(p.groupType, of.Projects, projectName), nil
	case byRegion:
		return s.rows(p.groupType, of.Regions, bill.SummaryRegion), nil
	case byPayMode:
		return s.rows(p.groupType, of.PayModes, payModeName), nil
	case byTag:
		if _, there := t.Tags[p.tagKey]; !there {
			return nil, fail(codeTagKeyNotExist, "The cost allocation tag key `%s` does not exist.", p.tagKey)
		}
		return tagRows(of, p.tagKey), nil
	}
	return nil, fmt.Errorf("no such group: %s", p.groupType)
}
