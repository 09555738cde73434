package billsummary_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	sdkhttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

// sdk is how the provider's own Go client is set up.
type sdk struct {
	id, secret         string
	method, signMethod string
	unsigned           bool
	service, version   string
	action             string
}

// sdkRequest is a request as the client's typed packages declare theirs.
type sdkRequest struct {
	*sdkhttp.BaseRequest
	Month     *string   `json:"Month" name:"Month"`
	GroupType *string   `json:"GroupType" name:"GroupType"`
	TagKey    []*string `json:"TagKey" name:"TagKey"`
	PayerUin  *string   `json:"PayerUin" name:"PayerUin"`
	Colour    *string   `json:"Colour" name:"Colour"`
}

// question is what is asked; a blank is not sent.
type question struct {
	month, groupType, payer, colour string
	tagKeys                         []string
}

func (q question) request(service, version, action string) *sdkRequest {
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	r := &sdkRequest{BaseRequest: &sdkhttp.BaseRequest{}, Month: text(q.month), GroupType: text(q.groupType), PayerUin: text(q.payer), Colour: text(q.colour)}
	for _, key := range q.tagKeys {
		r.TagKey = append(r.TagKey, &key)
	}
	r.Init().WithApiInfo(service, version, action)
	return r
}

// sdkResponse keeps the body.
type sdkResponse struct {
	*sdkhttp.BaseResponse
	Response response
}

// call asks with the provider's own Go client; code is that of its error.
func (r *rig) call(s sdk, q question) (got response, code string) {
	r.t.Helper()
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&s.id, keyID)
	set(&s.secret, secret)
	set(&s.method, http.MethodPost)
	set(&s.signMethod, "TC3-HMAC-SHA256")
	set(&s.service, "billing")
	set(&s.version, "2018-07-09")
	set(&s.action, "DescribeBillSummary")
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme, p.HttpProfile.Endpoint, p.HttpProfile.ReqMethod = "HTTP", r.host(), s.method
	p.SignMethod, p.UnsignedPayload, p.Language = s.signMethod, s.unsigned, "en-US"
	client := common.NewCommonClient(common.NewCredential(s.id, s.secret), "", p)
	request := q.request(s.service, s.version, s.action)
	request.SetContext(r.t.Context())
	answer := &sdkResponse{BaseResponse: &sdkhttp.BaseResponse{}}
	if err := client.Send(request, answer); err != nil {
		var known *sdkerrors.TencentCloudSDKError
		if !errors.As(err, &known) {
			r.t.Fatal(err)
		}
		return response{raw: err.Error()}, known.Code
	}
	return answer.Response, ""
}

// TestTheProvidersGoClient in every way in which it can be set up to sign.
func TestTheProvidersGoClient(t *testing.T) {
	r := newRig(t)
	r.record(uin, "2023-04", "s", billFile(t, "bill-2023-04.json", "2023-04"))
	r.record(second, "2025-12", "s", totalsOf(t, `p_a||||1|{"a b":"ü","云":""}`))
	for what, s := range map[string]sdk{
		"POST":                {},
		"GET":                 {method: http.MethodGet},
		"an unsigned payload": {unsigned: true},
		"HmacSHA1":            {signMethod: "HmacSHA1"},
		"HmacSHA256":          {signMethod: "HmacSHA256"},
		"HmacSHA256, GET":     {signMethod: "HmacSHA256", method: http.MethodGet},
	} {
		got, code := r.call(s, question{month: "2023-04", groupType: "region"})
		if code != "" {
			t.Errorf("%s: %s", what, code)
			continue
		}
		r.wantDetail(what, example(t, "region"), got)
		got, code = r.call(s, question{month: "2025-12", groupType: "tag", tagKeys: []string{"a b", "云"}, payer: second})
		if code != "" {
			t.Errorf("%s: %s", what, code)
			continue
		}
		r.wantAnswer(what, got)
	}
}

func TestWhatTheProvidersGoClientIsRefused(t *testing.T) {
	r := newRig(t)
	r.record(uin, "2023-04", "s", billFile(t, "bill-2023-04.json", "2023-04"))
	good := question{month: "2023-04", groupType: "region"}
	for what, test := range map[string]struct {
		code string
		sdk  sdk
		asks question
	}{
		"a wrong key":          {"AuthFailure.SecretIdNotFound", sdk{id: "AKIDnobody"}, good},
		"a wrong secret":       {"AuthFailure.SignatureFailure", sdk{secret: "wrong"}, good},
		"a wrong secret, v1":   {"AuthFailure.SignatureFailure", sdk{secret: "wrong", signMethod: "HmacSHA1"}, good},
		"another service":      {"AuthFailure.InvalidAuthorization", sdk{service: "cvm"}, good},
		"an unknown action":    {"InvalidAction", sdk{action: "DescribeEverything"}, good},
		"another version":      {"NoSuchVersion", sdk{version: "2022-09-28"}, good},
		"a bad month":          {"InvalidParameterValue", sdk{}, question{month: "2023-4", groupType: "region"}},
		"no group type":        {"MissingParameter", sdk{}, question{month: "2023-04"}},
		"an unknown tag key":   {"FailedOperation.TagKeyNotExist", sdk{}, question{month: "2023-04", groupType: "tag", tagKeys: []string{"nobody's"}}},
		"an unknown parameter": {"UnknownParameter", sdk{}, question{month: "2023-04", groupType: "region", colour: "red"}},
	} {
		if got, code := r.call(test.sdk, test.asks); code != test.code {
			t.Errorf("%s: %q, want %s: %s", what, code, test.code, got.raw)
		}
	}
	r.advance = 6 * time.Minute
	if _, code := r.call(sdk{}, good); code != "AuthFailure.SignatureExpire" {
		t.Errorf("6 minutes late: %q", code)
	}
	r.advance = 0
	refused := 0
	for range 100 {
		if _, code := r.call(sdk{}, good); code == "RequestLimitExceeded" {
			refused++
		}
	}
	if refused < 80 || refused > 90 { // some of the requests before count
		t.Errorf("%d of a burst of 100 were refused", refused)
	}
}
