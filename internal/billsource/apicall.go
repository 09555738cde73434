package billsource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"deliverd/internal/retry"
)

// An api is a product of the provider with its version: two of them have
// actions of the same names that are different.
type product struct{ service, version string }

var (
	billing  = product{"billing", "2018-07-09"}
	partners = product{"intlpartnersmgt", "2022-09-28"}
)

// caller sends requests of one key to one endpoint.
type caller struct {
	client  *common.Client
	budget  *Budget
	policy  retry.Policy
	timeout time.Duration // of one try
	renewed bool          // the credentials are renewed by themselves
}

const (
	defaultTimeout  = time.Minute
	defaultAttempts = 8
	retryBase       = time.Second
	retryMax        = 30 * time.Second
	mostAnswer      = 64 << 20
)

// newCaller turns off every retry of the SDK: it knows one of four spellings of
// the rate limit, and waits without listening to the context.
func newCaller(c *APIConfig) (*caller, error) {
	p, err := profileOf(c.Endpoint, c.Timeout+time.Second) // the context ends it before
	if err != nil {
		return nil, err
	}
	transport := c.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	client := common.NewCommonClient(sdkCredential{c.Credential}, "", p).WithHttpTransport(boundedTransport{transport})
	_, renewed := c.Credential.(Key)
	return &caller{
		client: client, budget: c.Budget, timeout: c.Timeout, renewed: !renewed,
		policy: retry.Policy{Attempts: c.Attempts, Base: retryBase, Max: retryMax, Wait: c.Wait},
	}, nil
}

// profileOf is how the SDK is to send: at an endpoint such as https://host, in
// English, within whole seconds.
func profileOf(endpoint string, within time.Duration) (*profile.ClientProfile, error) {
	scheme, host, ok := strings.Cut(endpoint, "://")
	if !ok || host == "" || scheme != "https" && scheme != "http" {
		return nil, fmt.Errorf("billing API: %q is no endpoint: it begins with https://", endpoint)
	}
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme, p.HttpProfile.Endpoint = strings.ToUpper(scheme), strings.TrimSuffix(host, "/")
	p.HttpProfile.ReqTimeout = int((within + time.Second - 1) / time.Second)
	p.Language = "en-US"
	p.DisableRegionBreaker = true // it goes over to the domestic site
	return p, nil
}

// boundedTransport bounds the body of an answer: the SDK reads it as a whole.
type boundedTransport struct{ http.RoundTripper }

func (t boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Header.Set("Content-Type", "application/json") // or the SDK may take it for a stream of events
		answer.Body = &boundedBody{answer.Body, mostAnswer}
	}
	return answer, err
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

var errLongAnswer = errors.New("the answer is longer than 64 MiB")

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLongAnswer
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}

// apiRequest carries our own parameters through the SDK.
type apiRequest struct {
	*tchttp.BaseRequest
	params any
}

func (r *apiRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.params) }

// apiResponse takes what is inside the envelope as it is. The SDK finds errors
// in it, whatever the HTTP status.
type apiResponse struct {
	*tchttp.BaseResponse `json:"-"`
	Response             json.RawMessage
}

// call is one request, but for its parameters.
type call struct {
	product
	action string
	class  class
}

// do sends the request until it is answered, and decodes the answer. It waits
// for the budget of the key before every try, and between tries for a random
// time. The error is an [*APIError], or that of the context.
func (c *caller) do(ctx context.Context, what call, params any, into any) error {
	return retry.Do(ctx, c.policy, func(ctx context.Context) error {
		if err := c.budget.spend(ctx, what.class); err != nil {
			return retry.Permanent(err)
		}
		err := c.once(ctx, what, params, into)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return retry.Permanent(context.Cause(ctx))
		}
		failed, ok := errors.AsType[*APIError](err)
		if !ok {
			failed = newAPIError(what.action, err)
		}
		if failed.passes() || failed.isExpired() && c.renewed {
			return failed
		}
		return retry.Permanent(failed)
	})
}

func (c *caller) once(ctx context.Context, what call, params any, into any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, fmt.Errorf("no whole answer within %s", c.timeout))
	defer cancel()
	request := &apiRequest{BaseRequest: &tchttp.BaseRequest{}, params: params}
	request.Init().WithApiInfo(what.service, what.version, what.action)
	request.SetContext(ctx)
	answer := &apiResponse{BaseResponse: &tchttp.BaseResponse{}}
	if err := c.client.Send(request, answer); err != nil {
		return newAPIError(what.action, err)
	}
	if err := json.Unmarshal(answer.Response, into); err != nil {
		return &APIError{Action: what.action, Code: codeMalformed, Message: err.Error(), Fix: fixOf(codeMalformed, what.action), Err: err}
	}
	if checked, ok := into.(interface{ malformed() string }); ok && checked.malformed() != "" {
		return &APIError{Action: what.action, Code: codeMalformed, Message: checked.malformed(), Fix: fixOf(codeMalformed, what.action)}
	}
	return nil
}
