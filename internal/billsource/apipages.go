package billsource

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// page is an answer with records.
type page struct {
	DetailSet json.RawMessage
	Total     json.RawMessage // cached for a day, and often too small: nothing depends on it
	Context   string
	RequestID string `json:"RequestId"`

	records []record
}

// malformed is what keeps the answer from being a page. An empty page is an
// empty array, or null; an answer without records is something else.
func (p *page) malformed() string {
	if p.DetailSet == nil {
		return "the answer has no DetailSet"
	}
	p.records = nil
	if err := json.Unmarshal(p.DetailSet, &p.records); err != nil {
		return "its DetailSet is no list of records"
	}
	return ""
}

// total is how many records there are by what the page says; 0 where it does not.
func (p *page) total() int64 {
	n, err := strconv.ParseInt(string(p.Total), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// directRequest asks for records of billing 2018-07-09.
type directRequest struct {
	Month         string
	Offset        int64
	Limit         int
	NeedRecordNum int
	Context       string `json:",omitempty"`
}

const (
	mostDirect       = 300
	mostOrganization = 100
	mostPages        = 1_000_000 // a server that never comes to an end
)

// apiReader reads one bill.
type apiReader struct {
	api     *API
	want    bill.Request
	through period.Day
	emit    func(*bill.Line) error

	taker   *taker
	json    *jsonReader
	pages   int64
	day     string        // the asked one
	ofDay   amount.Amount // what the lines of the asked day are to be paid
	dropped int64
	own     map[fingerprint]int64 // the records of the account's own part, when another follows
	twice   *bill.Totals          // the records of the other part that the own one has given
}

// fingerprint stands for a record; two that are not the same have not the same.
type fingerprint [sha256.Size / 2]byte

// begin makes the reader of records.
func (r *apiReader) begin(ctx context.Context, owner bill.Field) {
	r.day = r.want.Through.String()
	r.taker = newTaker(r.want, func(l *bill.Line) error {
		if err := r.checkAccount(l, owner); err != nil {
			return err
		}
		return r.give(l)
	})
	r.json = &jsonReader{ctx: ctx, to: r.taker, at: place{month: "BillMonth"}}
}

// give hands on a line, and adds up the asked day.
func (r *apiReader) give(l *bill.Line) error {
	if l[bill.BillDay] == r.day {
		m, err := l.Money()
		if err != nil {
			return err
		}
		r.ofDay = r.ofDay.Add(m.Payable)
	}
	return r.emit(l)
}

// checkAccount sees to it that a line is of the wanted account: its payer's
// bill, or its owner's. Of a group administrator's bill only its own part names
// a payer.
func (r *apiReader) checkAccount(l *bill.Line, of bill.Field) error {
	if uin := l[of]; !r.want.GroupAdmin && uin != "" && uin != r.want.UIN {
		return &FileError{
			File:    "record " + l[bill.RecordID] + " of " + l[bill.SourceFile],
			Problem: fmt.Sprintf("has account %s as its %s, not %s", uin, of, r.want.UIN),
			Fix:     "give the key of account " + r.want.UIN + "; if it administers a group, set group-admin: true",
		}
	}
	return nil
}

// direct reads the account's own bill and, for a group administrator, the
// organization's beside it.
func (r *apiReader) direct(ctx context.Context) (bill.Reading, error) {
	r.begin(ctx, bill.PayerUin)
	if r.want.GroupAdmin {
		r.own = map[fingerprint]int64{}
	}
	promised, err := r.directPart(ctx, r.api.detailCall(), mostDirect, r.take)
	if err != nil {
		return bill.Reading{}, err
	}
	source := "DescribeBillDetail"
	if r.want.GroupAdmin {
		source += " and DescribeBillDetailForOrganization"
		organization, err := r.directPart(ctx, call{billing, "DescribeBillDetailForOrganization", classDetail}, mostOrganization, r.takeOther)
		if err != nil {
			return bill.Reading{}, err
		}
		promised += organization
	}
	r.taker.promised = promised - r.dropped
	reading, err := r.finish(source)
	reading.Twice = r.twice
	return reading, err
}

func (r *apiReader) finish(source string) (bill.Reading, error) {
	return r.taker.finish(&choice{place: source + " of " + r.api.place(), through: r.through})
}

// directPart pages through the records of one action until a page is empty: a
// short page may be one, and a total may be wrong. The next page begins where
// this one ended, however long it was.
func (r *apiReader) directPart(ctx context.Context, what call, size int, take func(*page, call) error) (promised int64, err error) {
	if r.api.PageSize > 0 {
		size = min(size, r.api.PageSize)
	}
	ask := directRequest{Month: r.want.Month.String(), Limit: size, NeedRecordNum: 1}
	seen := map[string]bool{} // the ids of the page before
	for number := int64(1); number <= mostPages; number++ {
		var got page
		if err := r.api.caller.do(ctx, what, ask, &got); err != nil {
			return 0, err
		}
		if len(got.records) == 0 {
			return promised, nil
		}
		if len(got.records) > size {
			return 0, &MovedError{what.action, fmt.Sprintf("page %d has %d records, %d were asked for", number, len(got.records), size)}
		}
		if seen, err = r.neighbours(what, number, seen, got.records); err != nil {
			return 0, err
		}
		r.pages++
		if err := take(&got, what); err != nil {
			return 0, err
		}
		promised = max(promised, got.total())
		ask.Offset += int64(len(got.records))
		ask.Context, ask.NeedRecordNum = got.Context, 0
		if r.api.Progress != nil {
			r.api.Progress(r.pages, r.taker.records, promised)
		}
	}
	return 0, &MovedError{what.action, "the pages do not come to an end"}
}

// neighbours finds a record that the page before had, or that the page has
// twice: records were added before it, or the page is that one again. Pages
// further apart are held against each other by the snapshot, which knows where
// every line was read.
func (r *apiReader) neighbours(what call, number int64, before map[string]bool, records []record) (map[string]bool, error) {
	ids := make(map[string]bool, len(records))
	for _, values := range records {
		if !hasID(values) {
			continue
		}
		id := string(values["Id"])
		if what.product == partners { // there, components of one record may share its id
			text, err := json.Marshal(values)
			if err != nil {
				return nil, err
			}
			id = string(text)
		}
		if before[id] || ids[id] {
			return nil, &MovedError{what.action, fmt.Sprintf("record %s is on page %d for the second time", values["Id"], number)}
		}
		ids[id] = true
	}
	return ids, nil
}

// take gives the lines of a page.
func (r *apiReader) take(p *page, what call) error {
	for _, values := range p.records {
		if r.own != nil {
			r.own[printOf(values, true)]++
			r.own[printOf(values, false)]++
		}
		if err := r.record(values, what); err != nil {
			return err
		}
	}
	return nil
}

// takeOther gives the lines of a page but for records that the account's own
// part has given: by their id, else by all that both actions tell of a record.
func (r *apiReader) takeOther(p *page, what call) error {
	for _, values := range p.records {
		mark := printOf(values, hasID(values))
		if r.own[mark] > 0 {
			if !hasID(values) {
				r.own[mark]--
			}
			if err := r.drop(values); err != nil {
				return err
			}
			continue
		}
		if err := r.record(values, what); err != nil {
			return err
		}
	}
	return nil
}

// drop leaves a record out that was given already, and adds it up.
func (r *apiReader) drop(values record) error {
	if r.twice == nil {
		r.twice = &bill.Totals{}
	}
	r.dropped++
	lines, err := appendLines(nil, values)
	for i := range lines {
		if err == nil {
			err = lines[i].Complete(r.want.Month)
		}
		if err == nil {
			err = r.twice.Add(&lines[i])
		}
	}
	if err != nil {
		return r.json.badRecord(err)
	}
	return nil
}

func hasID(values record) bool {
	id, err := scalar(values["Id"])
	return err == nil && !isNull(id)
}

// record gives the lines of a record. A record with an id is whole on its page:
// one on two pages is there twice. Without ids, records that are alike may be
// two.
func (r *apiReader) record(values record, what call) error {
	page := what.action + " page " + strconv.FormatInt(r.pages, 10)
	r.taker.file, r.json.at.file = page, page
	if !hasID(values) || what.product == partners {
		r.taker.file, r.json.at.file = what.action, what.action+"!page "+strconv.FormatInt(r.pages, 10)
	}
	return r.json.record(values)
}

// sharedKeys are the fields that both actions of billing 2018-07-09 tell of a
// record, and that do not depend on who asks.
var sharedKeys = []string{"BillId", "OrderId", "OwnerUin", "OperateUin", "ResourceId", "ActionType", "BusinessCode", "ProductCode", "RegionId", "ProjectId", "PayTime", "FeeBeginTime", "FeeEndTime"}

// sharedComponent are those of a component.
var sharedComponent = []string{"ComponentCode", "ItemCode", "UsedAmount", "Cost", "RealCost", "VoucherPayAmount", "CashPayAmount", "IncentivePayAmount", "TransferPayAmount"}

func printOf(values record, byID bool) fingerprint {
	sum := sha256.New()
	write := func(raw json.RawMessage) {
		text, err := scalar(raw)
		if err != nil {
			text = string(raw)
		}
		fmt.Fprintf(sum, "%q,", text)
	}
	if byID && hasID(values) {
		fmt.Fprint(sum, "id ")
		write(values["Id"])
		return fingerprint(sum.Sum(nil)[:len(fingerprint{})])
	}
	for _, key := range sharedKeys {
		write(values[key])
	}
	var components []record
	if json.Unmarshal(values["ComponentSet"], &components) != nil {
		write(values["ComponentSet"])
	}
	for _, component := range components {
		for _, key := range sharedComponent {
			write(component[key])
		}
	}
	return fingerprint(sum.Sum(nil)[:len(fingerprint{})])
}
