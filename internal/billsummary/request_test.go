package billsummary_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const asked = `{"Month":"2025-12","GroupType":"tag","TagKey":["a b","云"]}`

// answered is what asked is answered.
var answered = []string{"a b=ü 1.00 p_a 1.00", "云= 1.00 p_a 1.00"}

func tagged(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	totals := totalsOf(t, `p_a||||1|{"a b":"ü","云":""}`)
	r.record(uin, "2025-12", "s", totals)
	return r
}

func (r *rig) wantAnswer(what string, got response) {
	r.t.Helper()
	if diff := cmp.Diff(answered, brief(got)); diff != "" {
		r.t.Errorf("%s (-want +got):\n%s\n%s", what, diff, got.raw)
	}
}

// TestHowClientsSign: what real clients do differently is taken.
func TestHowClientsSign(t *testing.T) {
	r := tagged(t)
	name, _, _ := strings.Cut(r.host(), ":")
	query := url.Values{"Month": {"2025-12"}, "GroupType": {"tag"}, "TagKey.0": {"a b"}, "TagKey.1": {"云"}}.Encode()
	for what, s := range map[string]signing{
		"plain":                            {body: asked},
		"content type with a charset":      {body: asked, contentType: "application/json; charset=utf-8"},
		"the host without its port":        {body: asked, host: name},
		"the first part of the host":       {body: asked, service: strings.Split(name, ".")[0]},
		"a further header":                 {body: asked, headers: map[string]string{"x-tc-action": "DescribeBillSummary"}},
		"a further header, in lower case":  {body: asked, headers: map[string]string{"x-tc-action": "describebillsummary"}},
		"a path that is not signed":        {body: asked, path: "/billing/v1"},
		"an unsigned payload":              {body: asked, payload: "UNSIGNED-PAYLOAD", sent: map[string]string{"X-TC-Content-SHA256": "UNSIGNED-PAYLOAD"}},
		"GET":                              {method: http.MethodGet, query: query, contentType: "application/x-www-form-urlencoded"},
		"GET, blanks as %20":               {method: http.MethodGet, query: strings.ReplaceAll(query, "+", "%20"), contentType: "application/x-www-form-urlencoded"},
		"no blanks in the header":          {body: asked, authorization: func(h string) string { return strings.ReplaceAll(h, ", ", ",") }},
		"a region, a language, a client":   {body: asked, sent: map[string]string{"X-TC-Region": "null", "X-TC-Language": "en-US", "X-TC-RequestClient": "SDK"}},
		"a token that is none":             {body: asked, sent: map[string]string{"X-TC-Token": "null"}},
		"a clock that is 4 minutes behind": {body: asked, at: r.now.Add(-4 * time.Minute)},
		"a clock that is 4 minutes ahead":  {body: asked, at: r.now.Add(4 * time.Minute)},
	} {
		r.advance += time.Second // the window of requests is another matter
		if s.at.IsZero() {
			s.at = r.now.Add(r.advance)
		}
		r.wantAnswer(what, r.send(r.signed(s)))
	}
}

// v1 is a request of signature version 1, as the provider documents it.
func (r *rig) v1(method, algorithm, key, host string, change func(url.Values)) *http.Request {
	r.t.Helper()
	p := url.Values{
		"Action": {"DescribeBillSummary"}, "Version": {"2018-07-09"}, "Timestamp": {strconv.FormatInt(r.now.Add(r.advance).Unix(), 10)}, "Nonce": {"4711"},
		"SecretId": {keyID}, "Language": {"en-US"}, "RequestClient": {"SDK"}, "Region": {""},
		"Month": {"2025-12"}, "GroupType": {"tag"}, "TagKey.0": {"a b"}, "TagKey.1": {"云"},
	}
	sign := sha1.New
	if algorithm != "" {
		p.Set("SignatureMethod", algorithm)
	}
	if algorithm == "HmacSHA256" {
		sign = sha256.New
	}
	text := method + host + "/?"
	for i, name := range slices.Sorted(maps.Keys(p)) {
		if i > 0 {
			text += "&"
		}
		text += name + "=" + p.Get(name)
	}
	p.Set("Signature", sum64(sign, key, text))
	if change != nil {
		change(p)
	}
	target, content := r.url+"/", p.Encode()
	if method == http.MethodGet {
		target, content = target+"?"+content, ""
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, target, body(content))
	if err != nil {
		r.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req
}

func sum64(sign func() hash.Hash, key, text string) string {
	h := hmac.New(sign, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestSignatureVersion1(t *testing.T) {
	r := tagged(t)
	name, _, _ := strings.Cut(r.host(), ":")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, algorithm := range []string{"", "HmacSHA1", "HmacSHA256"} {
			for _, host := range []string{r.host(), name} {
				r.wantAnswer(method+" "+algorithm+" "+host, r.send(r.v1(method, algorithm, secret, host, nil)))
			}
		}
	}
	for what, test := range map[string]struct {
		code   string
		key    string
		change func(url.Values)
	}{
		"a wrong key's signature":    {"AuthFailure.SignatureFailure", "wrong", nil},
		"a changed parameter":        {"AuthFailure.SignatureFailure", secret, func(p url.Values) { p.Set("Month", "2025-11") }},
		"an added parameter":         {"AuthFailure.SignatureFailure", secret, func(p url.Values) { p.Set("PayerUin", second) }},
		"another algorithm":          {"AuthFailure.SignatureFailure", secret, func(p url.Values) { p.Set("SignatureMethod", "HmacSHA256") }},
		"no algorithm there is":      {"InvalidParameterValue", secret, func(p url.Values) { p.Set("SignatureMethod", "MD5") }},
		"no base64":                  {"AuthFailure.SignatureFailure", secret, func(p url.Values) { p.Set("Signature", "%%") }},
		"an unknown key":             {"AuthFailure.SecretIdNotFound", secret, func(p url.Values) { p.Set("SecretId", "AKIDnobody") }},
		"no key":                     {"MissingParameter", secret, func(p url.Values) { p.Del("SecretId") }},
		"no signature":               {"MissingParameter", secret, func(p url.Values) { p.Del("Signature") }},
		"no time":                    {"MissingParameter", secret, func(p url.Values) { p.Del("Timestamp") }},
		"a time that is none":        {"InvalidParameter", secret, func(p url.Values) { p.Set("Timestamp", "soon") }},
		"an expired time":            {"AuthFailure.SignatureExpire", secret, func(p url.Values) { p.Set("Timestamp", "1551113065") }},
		"a token":                    {"AuthFailure.TokenFailure", secret, func(p url.Values) { p.Set("Token", "t") }},
		"a parameter given twice":    {"MissingParameter", secret, func(p url.Values) { p.Add("SecretId", keyID) }},
		"a parameter of nobody's":    {"AuthFailure.SignatureFailure", secret, func(p url.Values) { p.Set("Colour", "red") }},
		"no parameters, but a query": {"MissingParameter", secret, func(p url.Values) { clear(p) }},
	} {
		r.wantCode(what, test.code, r.send(r.v1(http.MethodPost, "", test.key, r.host(), test.change)))
	}
}

// TestRefusals: every way in which a request can be wrong, and its code.
func TestRefusals(t *testing.T) {
	r := tagged(t)
	replace := func(old, with string) func(string) string {
		return func(h string) string { return strings.Replace(h, old, with, 1) }
	}
	without := func(name string) map[string]string { return map[string]string{name: ""} }
	params := func(more string) string { return `{"Month":"2025-12","GroupType":"business"` + more + `}` }
	for what, test := range map[string]struct {
		code string
		s    signing
	}{
		"an unknown key":              {"AuthFailure.SecretIdNotFound", signing{id: "AKIDnobody"}},
		"a wrong secret":              {"AuthFailure.SignatureFailure", signing{secret: "wrong"}},
		"another body":                {"AuthFailure.SignatureFailure", signing{body: asked, payload: "{}"}},
		"another query":               {"AuthFailure.SignatureFailure", signing{body: asked, sent: map[string]string{"Content-Type": "text/json"}}},
		"another service":             {"AuthFailure.InvalidAuthorization", signing{service: "cvm"}},
		"another host":                {"AuthFailure.SignatureFailure", signing{body: asked, host: "billing.tencentcloudapi.com"}},
		"a signature that is no hex":  {"AuthFailure.SignatureFailure", signing{authorization: func(h string) string { return h + "zz" }}},
		"half a signature":            {"AuthFailure.SignatureFailure", signing{body: asked, authorization: func(h string) string { return h[:len(h)-32] }}},
		"a payload said to be signed": {"AuthFailure.SignatureFailure", signing{body: asked, sent: map[string]string{"X-TC-Content-SHA256": "UNSIGNED-PAYLOAD"}}},
		"expired":                     {"AuthFailure.SignatureExpire", signing{at: r.now.Add(-5*time.Minute - 2*time.Second)}},
		"of time to come":             {"AuthFailure.SignatureExpire", signing{at: r.now.Add(5*time.Minute + 2*time.Second)}},
		"the date of another day":     {"AuthFailure.InvalidAuthorization", signing{date: "2019-02-25"}},
		"another time than signed":    {"AuthFailure.SignatureFailure", signing{body: asked, sent: map[string]string{"X-TC-Timestamp": strconv.FormatInt(nearby(r.now).Unix(), 10)}}},
		"no time":                     {"MissingParameter", signing{sent: without("X-TC-Timestamp")}},
		"a time that is none":         {"InvalidParameter", signing{sent: map[string]string{"X-TC-Timestamp": "soon"}}},
		"a token":                     {"AuthFailure.TokenFailure", signing{sent: map[string]string{"X-TC-Token": "t"}}},
		"another way to authorize":    {"AuthFailure.InvalidAuthorization", signing{authorization: func(string) string { return "SKIP" }}},
		"no authorization":            {"AuthFailure.InvalidAuthorization", signing{sent: without("Authorization")}},
		"no scope":                    {"AuthFailure.InvalidAuthorization", signing{authorization: replace("/tc3_request", "")}},
		"no signature":                {"AuthFailure.InvalidAuthorization", signing{authorization: replace("Signature=", "Signed=")}},
		"two credentials":             {"AuthFailure.InvalidAuthorization", signing{authorization: func(h string) string { return h + ", Credential=x" }}},
		"a host that is not signed":   {"AuthFailure.InvalidAuthorization", signing{authorization: replace("content-type;host", "content-type")}},
		"no action":                   {"MissingParameter", signing{sent: without("X-TC-Action")}},
		"an unknown action":           {"InvalidAction", signing{action: "DescribeEverything"}},
		"no version":                  {"MissingParameter", signing{sent: without("X-TC-Version")}},
		"the partners' version":       {"NoSuchVersion", signing{version: "2022-09-28"}},
		"PUT":                         {"UnsupportedProtocol", signing{method: http.MethodPut, body: asked}},
		"too large a body":            {"RequestSizeLimitExceeded", signing{body: strings.Repeat(" ", 10<<20+1)}},
		"no JSON":                     {"InvalidParameter", signing{body: "Month=2025-12"}},
		"no object":                   {"InvalidParameter", signing{body: `["Month"]`}},
		"multipart":                   {"InvalidRequest", signing{body: asked, contentType: "multipart/form-data; boundary=x"}},
		"another content type":        {"InvalidParameter", signing{body: asked, contentType: "text/plain"}},
		"nothing":                     {"MissingParameter", signing{}},
		"no month":                    {"MissingParameter", signing{body: `{"GroupType":"business"}`}},
		"a month that is null":        {"MissingParameter", signing{body: `{"Month":null,"GroupType":"business"}`}},
		"a month there is not":        {"InvalidParameterValue", signing{body: `{"Month":"2025-13","GroupType":"business"}`}},
		"a day":                       {"InvalidParameterValue", signing{body: `{"Month":"2025-12-01","GroupType":"business"}`}},
		"a blank month":               {"InvalidParameterValue", signing{body: `{"Month":"","GroupType":"business"}`}},
		"a month that is a number":    {"InvalidParameter", signing{body: `{"Month":202512,"GroupType":"business"}`}},
		"no group type":               {"MissingParameter", signing{body: `{"Month":"2025-12"}`}},
		"an unknown group type":       {"InvalidParameterValue", signing{body: `{"Month":"2025-12","GroupType":"Region"}`}},
		"tags without keys":           {"MissingParameter", signing{body: `{"Month":"2025-12","GroupType":"tag"}`}},
		"an unknown tag key":          {"FailedOperation.TagKeyNotExist", signing{body: `{"Month":"2025-12","GroupType":"tag","TagKey":["a b","nobody's"]}`}},
		"tag keys that are no list":   {"InvalidParameter", signing{body: params(`,"TagKey":"a b"`)}},
		"tag keys that are no texts":  {"InvalidParameter", signing{body: params(`,"TagKey":["a",null]`)}},
		"a parameter of nobody's":     {"UnknownParameter", signing{body: params(`,"Colour":"red"`)}},
		"another key's account":       {"AuthFailure.UnauthorizedOperation", signing{body: params(`,"PayerUin":"` + other + `"`)}},
		"an account there is not":     {"AuthFailure.UnauthorizedOperation", signing{body: params(`,"PayerUin":"1"`)}},
		"an account that is a number": {"InvalidParameter", signing{body: params(`,"PayerUin":1`)}},
		"an operator that is a list":  {"InvalidParameter", signing{body: params(`,"OperateUin":["` + uin + `"]`)}},
	} {
		r.wantCode(what, test.code, r.send(r.signed(test.s)))
	}
	long := signing{method: http.MethodGet, query: "Month=" + strings.Repeat("2", 32<<10), contentType: "application/x-www-form-urlencoded"}
	r.wantCode("too long a query", "RequestSizeLimitExceeded", r.send(r.signed(long)))
	form := r.v1(http.MethodPost, "", secret, r.host(), func(p url.Values) { p.Set("Month", strings.Repeat("2", 1<<20)) })
	r.wantCode("too large a form", "RequestSizeLimitExceeded", r.send(form))
}

// nearby is a second before or after, on the same day.
func nearby(at time.Time) time.Time {
	if before := at.Add(-time.Second); before.UTC().Day() == at.UTC().Day() {
		return before
	}
	return at.Add(time.Second)
}

// TestOneKeyDoesNotSeeAnothersAccounts, whoever else may.
func TestOneKeyDoesNotSeeAnothersAccounts(t *testing.T) {
	r := newRig(t)
	for _, account := range []string{uin, second, other} {
		r.record(account, "2025-12", "s", totalsOf(t, "p_"+account+"||||1"))
	}
	ask := func(id, key, payer string) response {
		text := `{"Month":"2025-12","GroupType":"business"}`
		if payer != "" {
			text = `{"Month":"2025-12","GroupType":"business","PayerUin":"` + payer + `"}`
		}
		return r.send(r.signed(signing{id: id, secret: key, body: text}))
	}
	for what, test := range map[string]struct{ id, key, payer, want string }{
		"the first":        {keyID, secret, "", uin},
		"the first, named": {keyID, secret, uin, uin},
		"the second":       {keyID, secret, second, second},
		"the other's":      {"AKIDother", "another", "", other},
	} {
		if got := brief(ask(test.id, test.key, test.payer)); len(got) != 1 || !strings.HasPrefix(got[0], "p_"+test.want) {
			t.Errorf("%s: %q", what, got)
		}
	}
	r.wantCode("the other's, asked with this key", "AuthFailure.UnauthorizedOperation", ask(keyID, secret, other))
	r.wantCode("this key's, asked with the other", "AuthFailure.UnauthorizedOperation", ask("AKIDother", "another", uin))
}

// TestTheWindowOfRequests: 20 in any second, of each key by itself; what is
// refused, or not signed, does not count.
func TestTheWindowOfRequests(t *testing.T) {
	r := tagged(t)
	r.record(other, "2025-12", "s", totalsOf(t, `p_a||||1|{"a b":"ü","云":""}`))
	burst := func(want int) {
		t.Helper()
		count := map[string]int{}
		for range 100 {
			got := r.ask(asked)
			code := "OK"
			if got.Error != nil {
				code = got.Error.Code
			}
			count[code]++
		}
		if diff := cmp.Diff(map[string]int{"OK": want, "RequestLimitExceeded": 100 - want}, count); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", r.advance, diff)
		}
	}
	for range 100 {
		r.wantCode("forged", "AuthFailure.SignatureFailure", r.send(r.signed(signing{body: asked, secret: "wrong"})))
	}
	for range 10 {
		r.wantAnswer("the first ten", r.ask(asked))
	}
	r.advance = 500 * time.Millisecond
	burst(10)
	got := r.ask(asked)
	r.wantCode("one more", "RequestLimitExceeded", got)
	if !strings.Contains(got.Error.Message, "exceeds the frequency limit `20` for a second") {
		t.Error(got.Error.Message)
	}
	r.wantAnswer("another key", r.send(r.signed(signing{id: "AKIDother", secret: "another", body: asked})))
	r.advance = time.Second
	if got := r.ask(asked); got.Error != nil {
		t.Errorf("a second after the first: %s", got.raw)
	}
	r.advance = 2 * time.Second
	count := 0
	for range 30 {
		if r.ask(asked).Error == nil {
			count++
		}
	}
	if count != 20 {
		t.Errorf("%d in a new second", count)
	}
}

// TestAFailureIsLogged with the RequestId that the client got, and says nothing
// of what is inside.
func TestAFailureIsLogged(t *testing.T) {
	r := tagged(t)
	if err := r.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	got := r.ask(asked)
	r.wantCode("without a ledger", "InternalError", got)
	if strings.Contains(got.Error.Message, "ledger") {
		t.Error(got.Error.Message)
	}
	entries := r.log.All()
	if len(entries) != 1 || entries[0].ContextMap()["request_id"] != got.RequestId {
		t.Errorf("logged: %v", entries)
	}
}
