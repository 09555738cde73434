package billsource

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/billsource/apitest"
	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// hostileRuns is how many seeds are run; DELIVERD_SOAK=1 takes many more.
func hostileRuns() int {
	if os.Getenv("DELIVERD_SOAK") != "" {
		return 1000
	}
	return 40
}

// Whatever an API does that breaks off, contradicts itself or lies, what is
// delivered is what its bill came to when it was last added up, to the last
// digit; else nothing is, and the outcome says why.
func TestHostileAPI(t *testing.T) {
	ends := map[delivery.Result]int{}
	store, err := snapshot.NewStore(snapshot.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(hostileRuns()) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { ends[hostileRun(t, seed, store)]++ })
	}
	t.Log(ends)
	if ends[delivery.Delivered] == 0 || ends[delivery.Held]+ends[delivery.Waiting]+ends[delivery.Failed] == 0 {
		t.Errorf("all runs end alike: %v", ends)
	}
}

func hostileRun(t *testing.T, seed uint64, store *snapshot.Store) delivery.Result {
	random := rand.New(rand.NewPCG(seed, 9))
	december := period.MonthOf(time.Date(2025, 12, 1, 0, 0, 0, 0, period.Zone))
	account := fmt.Sprint(200020003000 + seed)
	transient, lies, size := random.Float64()*0.4, random.Float64()*0.15, 3+random.IntN(40)
	kind := []Whose{Direct, Direct, Customer, Reseller}[random.IntN(4)]
	var others []apitest.Record // of the organization; some of them the account pays for
	if kind == Direct && random.IntN(2) == 0 {
		others = apitest.Records(seed+1_000_000, 10+random.IntN(50), "300030003001", december)
		for i := range others {
			others[i].ID = fmt.Sprintf("o%d", i)
		}
	}
	large := []int64{0, 30}[random.IntN(2)]
	records := apitest.Records(seed, 20+random.IntN(150), account, december)
	var token atomic.Int64
	s := apitest.NewServer(apitest.Config{
		UIN: account,
		Keys: func(id string) (string, string, bool) {
			return apiKey, fmt.Sprint(token.Load()), id == apiID
		},
		Fault: func(int, string) apitest.Fault {
			switch roll := random.Float64(); {
			case roll < transient:
				fault := apitest.Transient[random.IntN(len(apitest.Transient))]
				if fault == apitest.Slow && random.IntN(4) > 0 {
					fault = apitest.Reset // a slow one takes real time
				}
				return fault
			case roll < transient+lies:
				return apitest.Lies[random.IntN(len(apitest.Lies))]
			case roll < transient+lies+0.02:
				token.Add(1)
			}
			return apitest.None
		},
	}, records, others)
	defer s.Close()
	api, clock := testAPI(t, s.URL, func(c *APIConfig) {
		c.Kind, c.Large, c.PageSize, c.Timeout = kind, large, size, 250*time.Millisecond
		c.Credential = renewed{&token}
	})
	bucket := membucket.New(membucket.Config{})
	deliverer, err := delivery.New(delivery.Config{
		Account: delivery.Account{UIN: account, Currency: "USD", GroupAdmin: others != nil}, Layout: bill.Layout{Version: "1.2", Profile: bill.Strict},
		Source: api, Summarizer: api, Reconcile: delivery.Reconcile{Closed: delivery.ReconcileHold, Open: delivery.ReconcileHold},
		Bucket: bucket, Snapshots: store, Now: clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := deliverer.Deliver(context.Background(), delivery.Delivery{Period: period.MonthlyOf(december), Due: clock.Now()})
	checkHostile(t, s, store, others, &out)
	objects := 0
	for range bucket.List(context.Background(), "") {
		objects++
	}
	if want := map[bool]int{true: 1}[out.Result == delivery.Delivered]; objects != want {
		t.Errorf("%d objects, want %d", objects, want)
	}
	if (err != nil) != (out.Result == delivery.Failed) {
		t.Errorf("%s, and the error is %v", out.Result, err)
	}
	if testing.Verbose() {
		t.Logf("%s %s after %d requests: %v %v", kind, out.Result, s.Requests(""), out.Err, out.Reasons)
	}
	return out.Result
}

// renewed is a credential that is always the one the API takes now.
type renewed struct{ token *atomic.Int64 }

func (r renewed) Current() (id, key, token string) { return apiID, apiKey, fmt.Sprint(r.token.Load()) }

func checkHostile(t *testing.T, s *apitest.Server, store *snapshot.Store, others []apitest.Record, out *delivery.Outcome) {
	t.Helper()
	if out.Result != delivery.Delivered {
		if out.Remedy() == "" && !strings.Contains(fmt.Sprint(out.Err), "record") {
			t.Errorf("%s without a remedy: %v", out.Result, out.Err)
		}
		if out.Result == delivery.Held && len(out.Reasons) == 0 || out.Result != delivery.Held && out.Err == nil {
			t.Errorf("%s without a reason", out.Result)
		}
		return
	}
	if out.Reconcile != delivery.Reconciled {
		t.Errorf("delivered, %s", out.Reconcile)
	}
	snap, err := store.Latest(out.Account, out.Period.Month())
	if err != nil {
		t.Fatal(err)
	}
	wantTotals(t, snap.Totals(), append(s.Summed(), others...)...)
}
