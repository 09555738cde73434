package billsource

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
	"deliverd/internal/billsource/apitest"
	"deliverd/internal/period"
)

// clock is a simulated one: to wait is to set it forward.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

const (
	apiID, apiKey = "AKIDTEST", "swordfish"
	slowAnswer    = time.Second
)

// testKeys lets the one key in.
func testKeys(id string) (key, token string, ok bool) { return apiKey, "", id == apiID }

// testAPI is an API on a simulated clock, in January 2026.
func testAPI(t testing.TB, url string, edit func(*APIConfig)) (*API, *clock) {
	t.Helper()
	clock := &clock{now: time.Date(2026, 1, 10, 3, 0, 0, 0, period.Zone)}
	c := APIConfig{
		Kind: Direct, Endpoint: url, Credential: Key{ID: apiID, Secret: apiKey}, PageSize: 7, Timeout: slowAnswer,
		Budget: NewBudget(BudgetConfig{Now: clock.Now, Wait: clock.Wait}), Now: clock.Now, Wait: clock.Wait, TempDir: t.TempDir(),
	}
	if edit != nil {
		edit(&c)
	}
	api, err := NewAPI(c)
	if err != nil {
		t.Fatal(err)
	}
	return api, clock
}

func serveAPI(t testing.TB, cfg apitest.Config, own, others []apitest.Record) *apitest.Server {
	t.Helper()
	cfg.UIN = uin
	if cfg.Keys == nil {
		cfg.Keys = testKeys
	}
	s := apitest.NewServer(cfg, own, others)
	t.Cleanup(s.Close)
	return s
}

func decemberRecords(t testing.TB, n int) []apitest.Record {
	return apitest.Records(7, n, uin, month(t, "2025-12"))
}

func readAPI(t testing.TB, api *API, want bill.Request) (*bill.Totals, bill.Reading, error) {
	t.Helper()
	totals := &bill.Totals{}
	reading, err := api.Read(context.Background(), want, totals.Add)
	return totals, reading, err
}

// wantTotals holds totals against what the records come to, added up here.
func wantTotals(t testing.TB, got *bill.Totals, records ...apitest.Record) {
	t.Helper()
	var list, realCost, voucher, cash amount.Amount
	lines := int64(0)
	for _, r := range records {
		for _, c := range r.Components {
			list, realCost, voucher, cash = list.Add(c.List), realCost.Add(c.Real), voucher.Add(c.Voucher), cash.Add(c.Cash)
			lines++
		}
	}
	if got.Lines != lines {
		t.Errorf("%d lines, want %d", got.Lines, lines)
	}
	for _, sum := range []struct {
		name      string
		got, want amount.Amount
	}{{"list", got.List, list}, {"real", got.Real, realCost}, {"voucher", got.Voucher, voucher}, {"cash", got.Cash, cash}} {
		if !sum.got.Equal(sum.want) {
			t.Errorf("%s is %s, want %s", sum.name, sum.got, sum.want)
		}
	}
}

func TestAPIReadsEveryKindOfBill(t *testing.T) {
	for _, test := range []struct {
		name   string
		edit   func(*APIConfig)
		action string // that was asked
		source string
		times  int // how often it was asked: 100 records have 203 components
	}{
		{"direct", nil, "DescribeBillDetail", "DescribeBillDetail of the billing API", 100/7 + 2},
		{"customer", func(c *APIConfig) { c.Kind = Customer }, "DescribeBillDetail", "DescribeBillDetail of the billing API", 0},
		{"reseller", func(c *APIConfig) { c.Kind = Reseller }, "DescribeCustomerBillDetail", "DescribeCustomerBillDetail of the billing API", 0},
		{"customer's file", func(c *APIConfig) { c.Kind, c.Large = Customer, 50 }, "DescribeBillDownloadUrl", "the file of DescribeBillDownloadUrl", 1},
		{"reseller's file", func(c *APIConfig) { c.Kind, c.Large = Reseller, 50 }, "DescribeCustomerBillDownloadUrl", "the file of DescribeCustomerBillDownloadUrl", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			records := decemberRecords(t, 100)
			s := serveAPI(t, apitest.Config{}, records, nil)
			api, _ := testAPI(t, s.URL, test.edit)
			totals, reading, err := readAPI(t, api, wanted(t, "2025-12-31"))
			if err != nil {
				t.Fatal(err)
			}
			wantTotals(t, totals, records...)
			if reading.Source != test.source || reading.Through != day(t, "2025-12-31") || reading.Lines != totals.Lines || len(reading.Warnings) > 0 {
				t.Errorf("got %+v", reading)
			}
			if n := s.Requests(test.action); n == 0 || test.times > 0 && n != test.times {
				t.Errorf("%s was asked %d times, want %d", test.action, n, test.times)
			}
			if s.Language() != "en-US" {
				t.Errorf("answers were wanted in %q", s.Language())
			}
			summary, err := api.Summary(context.Background(), wanted(t, "2025-12-31"))
			if err != nil {
				t.Fatal(err)
			}
			if found := summary.Differences(totals); len(found) > 0 {
				t.Errorf("the summary differs: %v", found)
			}
			if len(summary.By) < 2 {
				t.Errorf("the summary has but %d dimensions", len(summary.By))
			}
		})
	}
}

// A line that no page has is found by the summary, in every kind of bill.
func TestSummaryFindsOneMissingLine(t *testing.T) {
	for _, kind := range []Whose{Direct, Customer, Reseller} {
		t.Run(string(kind), func(t *testing.T) {
			s := serveAPI(t, apitest.Config{}, decemberRecords(t, 40), nil)
			api, _ := testAPI(t, s.URL, func(c *APIConfig) { c.Kind = kind })
			totals, n := &bill.Totals{}, 0
			_, err := api.Read(context.Background(), wanted(t, "2025-12-31"), func(l *bill.Line) error {
				if n++; n == 17 {
					return nil
				}
				return totals.Add(l)
			})
			if err != nil {
				t.Fatal(err)
			}
			summary, err := api.Summary(context.Background(), wanted(t, "2025-12-31"))
			if err != nil {
				t.Fatal(err)
			}
			if found := summary.Differences(totals); len(found) != len(summary.By) {
				t.Errorf("want a difference in each of %d dimensions, got %v", len(summary.By), found)
			}
		})
	}
}

func TestAPITriesAgain(t *testing.T) {
	for _, fault := range apitest.Transient {
		t.Run(string(fault), func(t *testing.T) {
			records := decemberRecords(t, 20)
			s := serveAPI(t, apitest.Config{Fault: func(n int, _ string) apitest.Fault {
				if n == 2 || n == 3 {
					return fault
				}
				return apitest.None
			}}, records, nil)
			api, clock := testAPI(t, s.URL, nil)
			began := clock.Now()
			totals, _, err := readAPI(t, api, wanted(t, "2025-12-31"))
			if err != nil {
				t.Fatal(err)
			}
			wantTotals(t, totals, records...)
			if s.Requests("") != 6 || clock.Now().Sub(began) < 5*200*time.Millisecond {
				t.Errorf("%d requests in %s, want 6", s.Requests(""), clock.Now().Sub(began))
			}
		})
	}
}

// A fault that stays is told at last, by what the API said.
func TestAPIGivesUp(t *testing.T) {
	for fault, says := range map[apitest.Fault]string{
		apitest.Status500: "DescribeBillDetail: InternalError.GatewayError: the message of the API (RequestId r-error) (tried 8 times)",
		apitest.HTML502:   "DescribeBillDetail: malformed answer: Fail to parse json content: <html><h1>502 Bad Gateway</h1></html>",
		apitest.Reset:     "DescribeBillDetail: no answer",
		apitest.LimitIP:   "DescribeBillDetail: RequestLimitExceeded.IPLimitExceeded: the message of the API (RequestId r-error) (tried 8 times)",
		apitest.Empty:     "DescribeBillDetail: malformed answer: the answer has no DetailSet (tried 8 times)",
	} {
		t.Run(string(fault), func(t *testing.T) {
			s := serveAPI(t, apitest.Config{Fault: func(int, string) apitest.Fault { return fault }}, decemberRecords(t, 1), nil)
			api, _ := testAPI(t, s.URL, nil)
			_, _, err := readAPI(t, api, wanted(t, "2025-12-31"))
			wantError(t, err, false, says)
			if s.Requests("") != 8 {
				t.Errorf("%d requests, want 8", s.Requests(""))
			}
		})
	}
}

func TestAPIErrorsThatStay(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(*APIConfig)
		cfg  apitest.Config
		says []string
	}{
		{"no right", nil, apitest.Config{Fault: func(int, string) apitest.Fault { return apitest.Denied }},
			[]string{"DescribeBillDetail: UnauthorizedOperation.CamNoAuth: the message of the API (RequestId r-error)", "grant the account of source.api.secret-id the right to DescribeBillDetail"}},
		{"wrong key", func(c *APIConfig) { c.Credential = Key{ID: apiID, Secret: "wrong"} }, apitest.Config{},
			[]string{"AuthFailure.SignatureFailure", "see that source.api.secret-key is the key of source.api.secret-id"}},
		{"unknown id", func(c *APIConfig) { c.Credential = Key{ID: "AKIDOTHER", Secret: apiKey} }, apitest.Config{},
			[]string{"AuthFailure.SecretIdNotFound", "see in the console that the key of source.api.secret-id exists"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serveAPI(t, test.cfg, decemberRecords(t, 1), nil)
			api, _ := testAPI(t, s.URL, test.edit)
			_, _, err := readAPI(t, api, wanted(t, "2025-12-31"))
			wantError(t, err, false, test.says...)
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), apiKey) {
				t.Errorf("the key is in %q", err)
			}
			if _, ok := errors.AsType[*APIError](err); !ok || s.Requests("") != 1 {
				t.Errorf("%d requests, want one; %T", s.Requests(""), err)
			}
			if _, err := api.Probe(context.Background(), uin, month(t, "2025-12")); err == nil {
				t.Error("a probe finds nothing wrong")
			}
		})
	}
}

func TestAPIEndsWithItsContext(t *testing.T) {
	stop := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(context.Background())
	s := serveAPI(t, apitest.Config{Fault: func(n int, _ string) apitest.Fault {
		if n == 2 {
			cancel(stop)
			return apitest.Slow
		}
		return apitest.None
	}}, decemberRecords(t, 20), nil)
	api, _ := testAPI(t, s.URL, func(c *APIConfig) { c.Timeout = time.Minute })
	_, err := api.Read(ctx, wanted(t, "2025-12-31"), func(*bill.Line) error { return nil })
	if !errors.Is(err, stop) || s.Requests("") != 2 {
		t.Errorf("got %v after %d requests", err, s.Requests(""))
	}
}

func TestAPIHasNotTheDayYet(t *testing.T) {
	s := serveAPI(t, apitest.Config{}, decemberRecords(t, 3), nil)
	api, clock := testAPI(t, s.URL, nil)
	clock.now = time.Date(2025, 12, 10, 3, 0, 0, 0, period.Zone)
	_, _, err := readAPI(t, api, wanted(t, "2025-12-10"))
	wantError(t, err, true, "2025-12-10 has not ended")
	_, reading, err := readAPI(t, api, wanted(t, "2025-12-05"))
	if err != nil || reading.Through != day(t, "2025-12-09") {
		t.Errorf("got %v, %v", reading.Through, err)
	}
}

func TestAPIWaits(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*APIConfig)
		ask  func(*API) error
		says string
	}{
		"summary": {nil, func(a *API) error {
			_, err := a.Summary(context.Background(), wanted(t, "2025-12-31"))
			return err
		}, "DescribeBillSummary is not ready for 2025-12"},
		"file": {func(c *APIConfig) { c.Kind, c.Large = Reseller, 10 }, func(a *API) error {
			_, err := a.Read(context.Background(), wanted(t, "2025-12-31"), func(*bill.Line) error { return nil })
			return err
		}, "DescribeCustomerBillDownloadUrl is still making the file of 2025-12"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveAPI(t, apitest.Config{Fault: func(int, string) apitest.Fault { return apitest.NotReady }}, decemberRecords(t, 30), nil)
			api, _ := testAPI(t, s.URL, test.edit)
			wantError(t, test.ask(api), true, test.says)
		})
	}
}

// The file of a month that still moves may be old: it is read by page.
func TestOpenMonthIsNotReadAsAFile(t *testing.T) {
	records := apitest.Records(3, 60, uin, month(t, "2026-01"))
	s := serveAPI(t, apitest.Config{}, records, nil)
	api, _ := testAPI(t, s.URL, func(c *APIConfig) { c.Kind, c.Large = Customer, 10 })
	totals, _, err := readAPI(t, api, wanted(t, "2026-01-05"))
	if err != nil {
		t.Fatal(err)
	}
	wantTotals(t, totals, records...)
	if s.Requests("DescribeBillDownloadUrl") != 0 {
		t.Error("the file was asked for")
	}
}

func TestAPIRefusesAnotherAccount(t *testing.T) {
	for _, kind := range []Whose{Direct, Customer, Reseller} {
		for _, large := range []int64{0, 5} {
			t.Run(fmt.Sprint(kind, large), func(t *testing.T) {
				records := decemberRecords(t, 10)
				if kind == Direct {
					records[3].Payer = "300030003001" // and the owner is the account
				} else {
					records[3].Owner = "300030003001"
				}
				s := serveAPI(t, apitest.Config{}, records, nil)
				api, _ := testAPI(t, s.URL, func(c *APIConfig) { c.Kind, c.Large = kind, large })
				_, _, err := readAPI(t, api, wanted(t, "2025-12-31"))
				wantError(t, err, false, "300030003001", "group-admin: true")
			})
		}
	}
}

// The organization's bill may hold the administrator's own once more, and tells
// neither ids nor payers.
func TestOrganization(t *testing.T) {
	own := decemberRecords(t, 30)
	for i := range own {
		if i%3 == 0 {
			own[i].Owner = "300030003001" // the administrator pays for a member
		}
	}
	members := apitest.Records(8, 25, "300030003002", month(t, "2025-12"))
	for i := range members {
		members[i].ID = fmt.Sprintf("m%d", i)
	}
	s := serveAPI(t, apitest.Config{}, own, append(members[:len(members):len(members)], own[5:12]...))
	api, _ := testAPI(t, s.URL, nil)
	want := wanted(t, "2025-12-31")
	want.GroupAdmin = true
	totals, reading, err := readAPI(t, api, want)
	if err != nil {
		t.Fatal(err)
	}
	wantTotals(t, totals, append(own, members...)...)
	if len(reading.Warnings) > 0 {
		t.Error(reading.Warnings)
	}
	wantTotals(t, reading.Twice, own[5:12]...)
	summary, err := api.Summary(context.Background(), want)
	if err != nil {
		t.Fatal(err)
	}
	if len(summary.Differences(totals)) == 0 {
		t.Error("the summary does not count the administrator's own twice")
	}
	summary.Without(reading.Twice)
	if found := summary.Differences(totals); len(found) > 0 {
		t.Errorf("the summary differs: %v", found)
	}
	if len(totals.Owners) != 3 {
		t.Errorf("owners: %v", totals.Owners)
	}
}

func TestMovedPages(t *testing.T) {
	for name, test := range map[string]struct {
		kind  Whose
		fault apitest.Fault
		says  string
	}{
		"direct, a page twice":   {Direct, apitest.DuplicatePage, "on page 3 for the second time"},
		"customer, a page twice": {Customer, apitest.DuplicatePage, "on page 3 for the second time"},
		"reseller, a short page": {Reseller, apitest.ShortPage, "the one before was no full page"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveAPI(t, apitest.Config{Fault: func(n int, _ string) apitest.Fault {
				if n == 3 {
					return test.fault
				}
				return apitest.None
			}}, decemberRecords(t, 60), nil)
			api, _ := testAPI(t, s.URL, func(c *APIConfig) { c.Kind = test.kind })
			_, _, err := readAPI(t, api, wanted(t, "2025-12-31"))
			wantError(t, err, true, test.says)
			if !errors.Is(err, bill.ErrMoved) {
				t.Errorf("%v is not ErrMoved", err)
			}
		})
	}
}

// A short page of the direct API and any Total do no harm.
func TestDirectDoesNotTrustThePage(t *testing.T) {
	for _, fault := range []apitest.Fault{apitest.ShortPage, apitest.WrongTotal} {
		records := decemberRecords(t, 60)
		s := serveAPI(t, apitest.Config{Fault: func(n int, _ string) apitest.Fault {
			if n == 1 || n == 3 {
				return fault
			}
			return apitest.None
		}}, records, nil)
		api, _ := testAPI(t, s.URL, nil)
		totals, _, err := readAPI(t, api, wanted(t, "2025-12-31"))
		if err != nil {
			t.Fatal(fault, err)
		}
		wantTotals(t, totals, records...)
	}
}

func TestDailyTotalIsACrossCheck(t *testing.T) {
	s := serveAPI(t, apitest.Config{}, decemberRecords(t, 60), nil)
	api, _ := testAPI(t, s.URL, func(c *APIConfig) { c.Kind = Reseller })
	n := 0
	reading, err := api.Read(context.Background(), wanted(t, "2025-12-31"), func(*bill.Line) error { n++; return nil })
	if err != nil || len(reading.Warnings) > 0 || s.Requests("DescribeCustomerBillDetailByDay") != 1 {
		t.Fatalf("got %+v, %v", reading, err)
	}
	moved := serveAPI(t, apitest.Config{Fault: func(_ int, action string) apitest.Fault {
		if action == "DescribeCustomerBillDetailByDay" {
			return apitest.Change
		}
		return apitest.None
	}}, []apitest.Record{{ID: "1", Payer: uin, Owner: uin, Day: "2025-12-31", Components: []apitest.Component{{Real: amount.FromInt(2), Cash: amount.FromInt(2)}}}}, nil)
	api, _ = testAPI(t, moved.URL, func(c *APIConfig) { c.Kind = Reseller })
	_, reading, err = readAPI(t, api, wanted(t, "2025-12-31"))
	if err != nil || len(reading.Warnings) != 1 || !strings.Contains(reading.Warnings[0], "the lines of 2025-12-31 come to 2.0, DescribeCustomerBillDetailByDay says") {
		t.Errorf("got %+v, %v", reading, err)
	}
}

func TestProgressOfPages(t *testing.T) {
	s := serveAPI(t, apitest.Config{}, decemberRecords(t, 20), nil)
	var told [][3]int64
	api, _ := testAPI(t, s.URL, func(c *APIConfig) {
		c.Progress = func(pages, records, promised int64) { told = append(told, [3]int64{pages, records, promised}) }
	})
	if _, _, err := readAPI(t, api, wanted(t, "2025-12-31")); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(told), "[[1 7 20] [2 14 20] [3 20 20]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What is wrong with a record is told with its page; nothing was left out or
// guessed.
func TestBadRecordOfAnAPI(t *testing.T) {
	records := decemberRecords(t, 20)
	records[12].Day = "2025-11-30"
	s := serveAPI(t, apitest.Config{All: true}, records, nil)
	api, _ := testAPI(t, s.URL, nil)
	_, _, err := readAPI(t, api, wanted(t, "2025-12-31"))
	wantError(t, err, false, `DescribeBillDetail page 2, row 13, column "BillMonth": "2025-11-01 00:00:00" is not of 2025-12`, "look at the record in the console")
}
