package billsummary

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestVectors are of the provider's documentation of TC3-HMAC-SHA256: its
// service is another one, and so is its action.
func TestVectors(t *testing.T) {
	const content = `{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`
	s := New(Config{
		Keys: []Key{{SecretID: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", Secret: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", Accounts: []string{"1"}}},
		Now:  func() time.Time { return time.Unix(1551113065, 0) },
	})
	for _, test := range []struct {
		name, signed, signature string
		ok                      bool
	}{
		{"two headers", "content-type;host", "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168", true},
		{"three headers", "content-type;host;x-tc-action", "644be983de9a8a3f00db8eadaba61467c3b429e2215758ba897b738ca469fd26", true},
		{"one digit is wrong", "content-type;host", "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525169", false},
		{"fewer headers than were signed", "content-type;host", "644be983de9a8a3f00db8eadaba61467c3b429e2215758ba897b738ca469fd26", false},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://cvm.tencentcloudapi.com/", strings.NewReader(content))
		for name, value := range map[string]string{
			"Content-Type": "application/json; charset=utf-8", "X-TC-Action": "DescribeInstances", "X-TC-Timestamp": "1551113065",
			"Authorization": "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=" +
				test.signed + ", Signature=" + test.signature,
		} {
			r.Header.Set(name, value)
		}
		c, err := s.read(r)
		if test.ok && (err != nil || c.action != "DescribeInstances" || len(c.params) != 2) {
			t.Errorf("%s: %+v, %v", test.name, c, err)
		}
		if !test.ok && codeOf(err) != codeSignatureFailure {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
