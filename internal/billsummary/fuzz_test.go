package billsummary_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzRequest: whatever comes, there is an envelope with a code and a
// RequestId, and never an answer, since nothing is signed by a key of ours.
func FuzzRequest(f *testing.F) {
	r := newRig(f)
	f.Add("POST", "/", "", "TC3-HMAC-SHA256 Credential="+keyID+"/2025-12-01/billing/tc3_request, SignedHeaders=content-type;host, Signature=00", "application/json", asked, "1764547200")
	f.Add("GET", "/x", "Action=DescribeBillSummary&SecretId="+keyID+"&Timestamp=1&Signature=AA==&TagKey.0=a&TagKey.x=", "", "", "", "")
	f.Add("POST", "/", "", "", "application/x-www-form-urlencoded", "SecretId="+keyID+"&Timestamp=1764547200&Signature=%zz", "")
	f.Add("PATCH", "/", ";", "SKIP", "multipart/form-data", "--", "-1")
	f.Fuzz(func(t *testing.T, method, path, query, authorization, media, content, stamp string) {
		req := &http.Request{
			Method: method, Host: "127.0.0.1:8481", Header: http.Header{}, Body: http.NoBody, URL: &url.URL{Path: "/" + path, RawQuery: query},
		}
		req.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(content)).Body
		for name, value := range map[string]string{"Authorization": authorization, "Content-Type": media, "X-TC-Timestamp": stamp, "X-TC-Action": "DescribeBillSummary", "X-TC-Version": "2018-07-09"} {
			req.Header[http.CanonicalHeaderKey(name)] = []string{value}
		}
		w := httptest.NewRecorder()
		r.server.ServeHTTP(w, req.WithContext(t.Context()))
		var got struct{ Response response }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || got.Response.Error == nil || got.Response.RequestId == "" {
			t.Errorf("%d %s, %v", w.Code, w.Body, err)
		}
	})
}
