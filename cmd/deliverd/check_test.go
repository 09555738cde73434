package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"deliverd/internal/billsource/apitest"
	"deliverd/internal/cosdest/cosserver"
)

// checkLines are what check prints of an account that is all right, by item.
var checkLines = []string{
	"ok       configuration  {dir}/deliverd.yaml is good; accounts: 1, looked at: 1\n",
	"ok       state          {dir}/state is not there and can be made; 20 GiB are free\n",
	"ok       ledger         SQLite in {dir}/state\n",
	"\naccount 200020002001 into {url}/focus/\n",
	"ok       bucket         it is there and lets AKIDtest in\n",
	"ok       clock          0 s from the bucket's\n",
	"ok       list           0 objects at the account's keys\n",
	"ok       head           name/cos:HeadObject is granted\n",
	"ok       open-upload    name/cos:InitiateMultipartUpload is granted\n",
	"ok       send-part      name/cos:UploadPart is granted\n",
	"ok       abort-upload   name/cos:AbortMultipartUpload is granted\n",
	"ok       list-uploads   name/cos:ListMultipartUploads is granted\n",
	"ok       versioning     off\n",
	"ok       source         {dir}/bills; files: 1, months: 2025-11\n",
	"ok       policy         none: a bucket on this machine has no policies\n",
}

// checked is what check prints when some lines are others; an empty one is left
// out.
func checked(end string, others map[string]string) string {
	var text strings.Builder
	for _, line := range checkLines {
		fields := strings.Fields(line)
		if other, changed := others[fields[1]]; changed {
			line = other
		}
		text.WriteString(line)
	}
	return text.String() + "\n" + end + "\n"
}

// without leaves lines out.
func without(items ...string) map[string]string {
	left := map[string]string{}
	for _, item := range items {
		left[item] = ""
	}
	return left
}

const afterTheBucket = "list head open-upload send-part abort-upload list-uploads versioning"

func with(base map[string]string, item, line string) map[string]string {
	base[item] = line
	return base
}

func try(text string) string { return strings.Repeat(" ", 24) + " try: " + text + "\n" }

var seconds = regexp.MustCompile(`\b(119[0-9]|120[0-9]|5[0-9]|60) s (ahead|behind)`)

func TestCheck(t *testing.T) {
	denied := func(item, op, action string) string {
		return fmt.Sprintf("failed   %-13s  %s: status 403 AccessDenied (Access Denied), request id R\n", item, op) +
			try("give the sub-account name/cos:"+action+", with the policy that check prints")
	}
	const key = "focus/FOCUS-bill_details-200020002001-19700101.CSV"
	for name, test := range map[string]struct {
		arrange func(*site)
		code    int
		stdout  string
	}{
		"all right": {func(*site) {}, exitDone, checked("14 ok, 0 warnings, 0 failed", nil)},
		"files are there, the folder too": {func(s *site) { s.run(s.deliver("--daily", "2025-11-02")...) }, exitDone, checked("14 ok, 0 warnings, 0 failed", map[string]string{
			"state": "ok       state          {dir}/state can be written; 20 GiB are free\n",
			"list":  "ok       list           1 objects at the account's keys\n"})},
		"a wrong secret": {func(s *site) { s.write("secret-key", "other") }, exitFailed, checked("6 ok, 0 warnings, 1 failed", with(without(strings.Fields(afterTheBucket)...),
			"bucket", "failed   bucket         list bucket {host}: status 403 SignatureDoesNotMatch (The Signature you specified is invalid), request id R\n"+
				try("check the secret key: it does not belong to this secret id")))},
		"a missing right to open an upload": {arm("initiate-denied:all"), exitFailed, checked("11 ok, 0 warnings, 1 failed", with(without("send-part", "abort-upload"),
			"open-upload", denied("open-upload", "open an upload of "+key, "InitiateMultipartUpload")))},
		"a missing right to send a part": {arm("part-denied:all"), exitFailed, checked("13 ok, 0 warnings, 1 failed", map[string]string{
			"send-part": denied("send-part", "upload part 1 of "+key, "UploadPart")})},
		"a missing right to list uploads": {arm("list-uploads-denied:all"), exitFailed, checked("13 ok, 0 warnings, 1 failed", map[string]string{
			"list-uploads": denied("list-uploads", "list open uploads at "+key+"* of bucket {host}", "ListMultipartUploads")})},
		"a missing right to head": {arm("head-denied:all"), exitFailed, checked("13 ok, 0 warnings, 1 failed", map[string]string{
			"head": fmt.Sprintf("failed   head           head %s: status 403, request id R\n", key) + try("give the sub-account name/cos:HeadObject, with the policy that check prints")})},
		"no right to ask for versioning": {arm("versioning-denied:all"), exitDone, checked("14 ok, 0 warnings, 0 failed", map[string]string{
			"versioning": "ok       versioning     not known: name/cos:GetBucketVersioning is not granted, and need not be; see in the console that it was never on\n"})},
		"versioning": {arm("versioning-enabled:all"), exitNotAsShould, checked("13 ok, 1 warnings, 0 failed", map[string]string{
			"versioning": "warning  versioning     on, or on once: the bucket then takes no notice of x-cos-forbid-overwrite, which keeps a second writer from overwriting a new file\n" +
				try("deliver into a bucket that never had versioning")})},
		"a clock that is somewhat behind": {func(s *site) { s.ahead.Store(int64(time.Minute)) }, exitNotAsShould, checked("13 ok, 1 warnings, 0 failed", map[string]string{
			"clock": "warning  clock          N s behind the bucket's\n" + try("set this machine's clock; let it follow a time server")})},
		"a clock that is far ahead": {func(s *site) { s.ahead.Store(int64(-20 * time.Minute)) }, exitFailed, checked("5 ok, 0 warnings, 2 failed", with(with(without(strings.Fields(afterTheBucket)...),
			"bucket", "failed   bucket         list bucket {host}: status 403 RequestTimeTooSkewed (The difference between the request time and the server's time is too large), request id R\n"+
				try("set this machine's clock: it is 20m0s ahead of the bucket's")),
			"clock", "failed   clock          N s ahead of the bucket's, which refuses it\n"+try("set this machine's clock; let it follow a time server")))},
		"no folder of bills": {func(s *site) { s.remove("bills") }, exitFailed, checked("13 ok, 0 warnings, 1 failed", map[string]string{
			"source": "failed   source         bill files: {dir}/bills is not there\n" + try("source.files with a folder or a file that exists")})},
		"no bill yet": {func(s *site) { s.remove("bills"); s.write("bills/notes.txt", "x") }, exitNotAsShould, checked("13 ok, 1 warnings, 0 failed", map[string]string{
			"source": "warning  source         {dir}/bills holds no bill of account 200020002001; bills of others: 0, other files: 1\n" + try("put a bill of 200020002001 there before the first delivery is due")})},
		"a bill that is none": {func(s *site) { s.write("bills/detail.csv", "") }, exitFailed, checked("13 ok, 0 warnings, 1 failed", map[string]string{
			"source": "failed   source         detail.csv is empty: a bill without lines still has a header\n" + try("download the file again")})},
		"a state folder that cannot be made": {func(s *site) { s.write("state", "a file") }, exitFailed, checked("12 ok, 0 warnings, 1 failed", map[string]string{
			"ledger": "",
			"state":  "failed   state          state folder {dir}/state: {dir}/state is no folder\n" + try("name a folder that belongs to the user who runs deliverd")})},
		"a disk that is nearly full": {func(s *site) { s.free = 300 << 20 }, exitNotAsShould, checked("13 ok, 1 warnings, 0 failed", map[string]string{
			"state": "warning  state          {dir}/state is not there and can be made; only 300 MiB are free\n" + try("free some: every month of every account has two snapshots there")})},
		"the billing API": {func(s *site) { s.readAPI(apitest.Config{}, "") }, exitDone, checked("14 ok, 0 warnings, 0 failed", map[string]string{
			"source": "ok       source         DescribeBillDetail of {api} answers, and lets the key read the bill\n"})},
		"the billing API of a reseller": {func(s *site) { s.readAPI(apitest.Config{}, "kind: reseller, ") }, exitDone, checked("14 ok, 0 warnings, 0 failed", map[string]string{
			"source": "ok       source         DescribeCustomerBillDetail of {api} answers, and lets the key read the bill\n"})},
		"the billing API, without a right": {func(s *site) {
			s.readAPI(apitest.Config{Fault: func(int, string) apitest.Fault { return apitest.Denied }}, "")
		}, exitFailed, checked("13 ok, 0 warnings, 1 failed", map[string]string{
			"source": "failed   source         DescribeBillDetail: UnauthorizedOperation.CamNoAuth: the message of the API (RequestId r-error)\n" +
				try("grant the account of source.api.secret-id the right to DescribeBillDetail, and see that source.api.kind is whose bill it is")})},
		"a ledger that does not answer": {func(s *site) {
			s.write("deliverd.yaml", "ledger: postgres://deliverd:hush@127.0.0.1:1/deliverd?sslmode=disable\n"+readFile(s.t, s.config))
		}, exitFailed, checked("13 ok, 0 warnings, 1 failed", map[string]string{
			"ledger": "failed   ledger         ledger postgres://127.0.0.1:1/deliverd: failed to connect to `user=deliverd database=deliverd`: 127.0.0.1:1 (127.0.0.1): dial error: dial tcp 127.0.0.1:1: connect: connection refused\n" +
				try("see that PostgreSQL runs, that ledger: names its host and port, and that this machine may connect")})},
		"a ledger that is none": {func(s *site) { s.write("state/ledger.db", strings.Repeat("no database\n", 500)) }, exitFailed, checked("13 ok, 0 warnings, 1 failed", map[string]string{
			"state": "ok       state          {dir}/state can be written; 20 GiB are free\n",
			"ledger": "failed   ledger         ledger {dir}/state/ledger.db: file is not a database (26)\n" +
				try("stop deliverd and move ledger.db, ledger.db-wal and ledger.db-shm out of the state folder: what is in the bucket is found again, and since: of a cadence says from when on it is owed")})},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			test.arrange(s)
			there := s.objects()
			got := s.run("check", "--config", "{config}")
			got.stdout = seconds.ReplaceAllString(got.stdout, "N s $2")
			if got.stdout = stable(got.stdout); got.code != test.code || got.stdout != test.stdout || got.stderr != "" {
				t.Errorf("exit code %d, want %d; stderr %q; got\n%s\nwant\n%s", got.code, test.code, got.stderr, got.stdout, test.stdout)
			}
			s.faults.Clear()
			if left := s.openUploads(); left != 0 || s.objects() != there {
				t.Errorf("%d open uploads and %d objects are left behind", left, s.objects()-there)
			}
			if entries, err := filepath.Glob(filepath.Join(s.dir, ".deliverd-check-*")); err != nil || len(entries) != 0 {
				t.Errorf("left behind: %v, %v", entries, err)
			}
		})
	}
}

func arm(fault string) func(*site) {
	return func(s *site) {
		if err := s.faults.Arm(fault); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *site) remove(name string) {
	s.t.Helper()
	if err := os.RemoveAll(filepath.Join(s.dir, name)); err != nil {
		s.t.Fatal(err)
	}
}

// openUploads are those that the bucket server keeps.
func (s *site) openUploads() int {
	s.t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, "bucket", "uploads"))
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return len(entries)
}

// TestCheckLeavesAnUploadToTheNextDelivery when it may not abort it: that one
// finds and ends it.
func TestCheckLeavesAnUploadToTheNextDelivery(t *testing.T) {
	s := newSite(t)
	arm("abort-denied:all")(s)
	got := s.run("check", "--config", "{config}")
	if want := "try: give the sub-account name/cos:AbortMultipartUpload, with the policy that check prints; the next delivery ends the upload that stayed open\n"; got.code != exitFailed || !strings.Contains(got.stdout, want) || s.openUploads() != 1 {
		t.Errorf("%d open uploads; got %+v", s.openUploads(), got)
	}
	s.faults.Clear()
	if got := s.run(s.deliver("--daily", "2025-11-02")...); got.code != exitDone || s.openUploads() != 0 {
		t.Errorf("after a delivery %d open uploads; got %+v", s.openUploads(), got)
	}
}

// TestCheckJSON has the same items in one document, of every account in the
// order of the configuration.
func TestCheckJSON(t *testing.T) {
	s := newSite(t)
	s.configureTwo("", "    bucket: {url: \"https://custom.example.com\", secret-id: AKIDother, secret-key-file: missing}\n")
	s.write("missing", "x")
	s.write("deliverd.yaml", strings.Replace(readFile(t, s.config), "https://custom.example.com", s.url, 1))
	got := s.run("check", "--config", "{config}", "--json")
	var report checkReportJSON
	if err := json.Unmarshal([]byte(got.stdout), &report); err != nil || got.code != exitFailed || got.stderr != "" {
		t.Fatalf("got %+v, %v", got, err)
	}
	var items []string
	for _, i := range report.Items {
		if i.Why == "" || i.Result == resultFailed && i.Try == "" {
			t.Errorf("item %+v", i)
		}
		items = append(items, i.UIN+" "+i.Bucket+" "+i.Item+" "+i.Result)
	}
	one, two := "200020002001 {url}/focus/ ", "200020002002 {url}/ "
	want := []string{"  configuration ok", "  state ok", "  ledger ok"}
	for _, item := range []string{"bucket", "clock", "list", "head", "open-upload", "send-part", "abort-upload", "list-uploads", "versioning", "source", "policy"} {
		want = append(want, one+item+" ok")
	}
	want = append(want, two+"bucket failed", two+"clock ok", two+"source ok", two+"policy ok")
	if !slices.Equal(items, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(items, "\n"), strings.Join(want, "\n"))
	}
	if report.Results[resultOK] != 17 || report.Results[resultFailed] != 1 || report.Policies == nil {
		t.Errorf("got %+v", report)
	}
	if got := s.run("check", "--config", "{config}", "--uin", testUIN); got.code != exitDone || strings.Contains(got.stdout, otherUIN) || !strings.Contains(got.stdout, "accounts: 2, looked at: 1\n") {
		t.Errorf("--uin: got %+v", got)
	}
	if got := s.run("check", "--config", "{config}", "--uin", "999999"); got.code != exitUsage || got.stdout != "" {
		t.Errorf("another --uin: got %+v", got)
	}
	s.write("deliverd.yaml", "stat: x\n")
	if got := s.run("check", "--config", "{config}"); got.code != exitUsage || got.stdout != "" || !strings.Contains(got.stderr, "stat: unknown key") {
		t.Errorf("a bad configuration: got %+v", got)
	}
}

// TestCheckInterrupted leaves nothing behind, wherever it was.
func TestCheckInterrupted(t *testing.T) {
	for _, op := range []string{"list", "initiate", "part", "abort", "list-uploads"} {
		s := newSite(t)
		ctx, stop := context.WithCancel(t.Context())
		s.watch(func(e cosserver.Event) {
			if e.Op == op && !e.Done {
				stop()
			}
		})
		got := s.runWith(ctx, "check", "--config", "{config}")
		stop()
		if got.code != exitInterrupted || s.openUploads() != 0 {
			t.Errorf("at %s: %d open uploads; got %+v", op, s.openUploads(), got)
		}
	}
}

// TestCheckPolicy prints it to the letter.
func TestCheckPolicy(t *testing.T) {
	s := newSite(t)
	s.write("deliverd.yaml", `
accounts:
  - uin: "200020002001"
    source: {files: cos://bills-1250000000/l3}
    bucket: {url: "https://focus-1250000000.cos.ap-singapore.myqcloud.com", prefix: focus/, secret-id: AKIDone, secret-key: x}
  - uin: "200020002002"
    source: {files: bills}
    bucket: {url: "https://focus-1250000000.cos.ap-singapore.myqcloud.com", secret-id: AKIDone, secret-key: x}
  - uin: "200020002003"
    source: {files: "cos://bills-1250000000"}
    bucket: {url: "https://bills-1250000000.cos-internal.eu-frankfurt.tencentcos.cn", prefix: a/, secret-id: AKIDtwo, secret-key: x}
  - uin: "200020002004"
    source: {files: bills}
    bucket: {url: "https://files.example.com", secret-id: AKIDthree, secret-key: x}
`)
	const custom = "warning  policy         none: files.example.com does not tell the bucket's name, APPID and region"
	got := s.run("check", "--config", "{config}", "--policy")
	golden(t, "policy.txt", got.stdout)
	if got.code != exitNotAsShould || got.stderr != "" || !strings.Contains(got.stdout, custom) {
		t.Errorf("got %+v", got)
	}
	var report checkReportJSON
	if err := json.Unmarshal([]byte(s.run("check", "--config", "{config}", "--policy", "--json", "--uin", "200020002003").stdout), &report); err != nil || len(report.Policies) != 1 || report.Policies[0].SecretID != "AKIDtwo" {
		t.Errorf("--json: got %+v, %v", report, err)
	}
}
