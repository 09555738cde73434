package billsource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// Whose says whose bill the credentials of an [API] read.
type Whose string

// The kinds of bill that are read through an API.
const (
	Direct   Whose = "direct"   // the account's own, and the organization's
	Customer Whose = "customer" // of a reseller's customer, by its own key
	Reseller Whose = "reseller" // of a reseller's customer, by the reseller's key
)

// APIConfig says how bills are asked for.
type APIConfig struct {
	Kind       Whose
	Endpoint   string // https://billing.intl.tencentcloudapi.com
	Credential Credential
	Budget     *Budget           // of the key, shared by all who use it
	Transport  http.RoundTripper // nil is net/http's

	Timeout  time.Duration // of one try; 0 is a minute
	Attempts int           // tries of one request; 0 is 8
	PageSize int           // records a page; 0 is as many as the provider gives
	Large    int64         // records from which a customer's closed month is read as a file; 0 is 20,000
	TempDir  string        // for such files; "" is the system's

	Now  func() time.Time                           // the present; nil is time.Now
	Wait func(context.Context, time.Duration) error // between tries; nil uses a timer

	// Progress, when set, is told after every page how many pages and records
	// there have been, and how many records the provider speaks of.
	Progress func(pages, records, promised int64)
}

// API reads bills through the provider's billing APIs. It may be used
// concurrently.
type API struct {
	APIConfig
	caller *caller
}

const defaultLarge = 20_000

// NewAPI returns a reader of bills as c says. Nothing is asked yet.
func NewAPI(c APIConfig) (*API, error) {
	switch c.Kind {
	case Direct, Customer, Reseller:
	default:
		return nil, fmt.Errorf("billing API: %q is no kind of bill", c.Kind)
	}
	if c.Credential == nil || c.Budget == nil {
		return nil, errors.New("billing API: a credential and a budget are needed")
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Attempts == 0 {
		c.Attempts = defaultAttempts
	}
	if c.Large == 0 {
		c.Large = defaultLarge
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	caller, err := newCaller(&c)
	if err != nil {
		return nil, err
	}
	return &API{c, caller}, nil
}

// Read gives every line of the wanted bill to emit, like [Files.Read]. A bill
// that showed itself to change between two pages is an error that matches
// [bill.ErrMoved]; what does not show in the pages, only [API.Summary] tells,
// asked before and after.
func (a *API) Read(ctx context.Context, want bill.Request, emit func(*bill.Line) error) (bill.Reading, error) {
	through, err := a.through(want)
	if err != nil {
		return bill.Reading{}, err
	}
	r := &apiReader{api: a, want: want, through: through, emit: emit}
	var reading bill.Reading
	switch a.Kind {
	case Customer, Reseller:
		reading, err = r.partner(ctx)
	default:
		reading, err = r.direct(ctx)
	}
	if err != nil {
		return bill.Reading{}, notFromAFile(err)
	}
	return reading, nil
}

// notFromAFile gives errors about rows and records, which are those of bill
// files, a remedy for what nobody can put right in a file.
func notFromAFile(err error) error {
	const fix = "look at the record in the console, and tell the provider's support what is wrong with it"
	if row, ok := errors.AsType[*RowError](err); ok {
		row.Fix = fix
		if row.Column != "" || row.Value != "" {
			row.Fix += orSkip
		}
	}
	if file, ok := errors.AsType[*FileError](err); ok && file.Fix == answersThere {
		file.Fix = "see that source.api.kind and source.api.endpoint belong together"
	}
	return err
}

// through is the last bill day that the API can know: one that has ended.
func (a *API) through(want bill.Request) (period.Day, error) {
	ended := period.LastEndedDay(a.Now())
	if ended.Compare(want.Through) < 0 {
		return ended, &WaitError{
			Place:   a.place(),
			Problem: fmt.Sprintf("%s has not ended", want.Through),
			Fix:     "nothing; it is asked again when the day has ended",
		}
	}
	if last := want.Month.Last(); last.Compare(ended) < 0 {
		return last, nil
	}
	return ended, nil
}

func (a *API) place() string { return "the billing API" }

// detailCall is the request for lines.
func (a *API) detailCall() call {
	switch a.Kind {
	case Customer:
		return call{partners, "DescribeBillDetail", classPartner}
	case Reseller:
		return call{partners, "DescribeCustomerBillDetail", classPartner}
	default:
		return call{billing, "DescribeBillDetail", classDetail}
	}
}

// Probe asks for one record of a month: whether the endpoint is there and lets
// the key read the bill. It returns the provider's action that it asked.
func (a *API) Probe(ctx context.Context, uin string, month period.Month) (action string, err error) {
	what := a.detailCall()
	var got page
	if a.Kind == Direct {
		return what.action, a.caller.do(ctx, what, directRequest{Month: month.String(), Limit: 1}, &got)
	}
	return what.action, a.caller.do(ctx, what, a.partnerRequest(uin, month, 1, 1), &got)
}
