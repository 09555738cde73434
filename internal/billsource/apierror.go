package billsource

import (
	"errors"
	"fmt"
	"strings"

	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"

	"deliverd/internal/bill"
)

// APIError is an answer of a billing API that is no bill.
type APIError struct {
	Action    string // DescribeBillDetail
	Code      string // as the provider has it, AuthFailure.SignatureFailure
	Message   string // the provider's, cut when it is long
	RequestID string // by which the provider's support finds the request; may be blank
	Fix       string
	Err       error // the cause, where there is one on this side
}

func (e *APIError) Error() string {
	text := e.Action + ": " + e.Code
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (RequestId " + e.RequestID + ")"
	}
	return text
}

// Remedy is what a person can do about the error.
func (e *APIError) Remedy() string { return e.Fix }

func (e *APIError) Unwrap() error { return e.Err }

// MovedError says by what it showed that a bill changed between two pages. It
// matches [bill.ErrMoved] and, because the bill may stand still later,
// [bill.ErrNotReady].
type MovedError struct {
	Action  string
	Problem string
}

func (e *MovedError) Error() string {
	return fmt.Sprintf("%s: %v: %s", e.Action, bill.ErrMoved, e.Problem)
}

// Remedy is what a person can do about the error.
func (e *MovedError) Remedy() string {
	return "wait until the provider has settled the bill; it is read again"
}

func (e *MovedError) Unwrap() []error { return []error{bill.ErrMoved, bill.ErrNotReady} }

func asAPIError(err error) (*APIError, bool) { return errors.AsType[*APIError](err) }

// Codes that this package gives answers that the provider gave none.
const (
	codeMalformed = "malformed answer"
	codeNetwork   = "no answer"
)

// newAPIError is the APIError of what the SDK returned.
func newAPIError(action string, err error) *APIError {
	e := &APIError{Action: action, Code: codeNetwork, Message: err.Error(), Err: err}
	if sdk, ok := errors.AsType[*sdkerrors.TencentCloudSDKError](err); ok {
		e.Code, e.Message, e.RequestID, e.Err = sdk.Code, sdk.Message, sdk.RequestId, errors.Unwrap(sdk)
		if strings.HasPrefix(sdk.Code, "ClientError.") && sdk.Code != "ClientError.NetworkError" {
			e.Code = codeMalformed
		} else if sdk.Code == "ClientError.NetworkError" {
			e.Code = codeNetwork
		}
	}
	const most = 300
	if e.Message = strings.Join(strings.Fields(strings.ToValidUTF8(e.Message, "")), " "); len(e.Message) > most {
		e.Message = strings.ToValidUTF8(e.Message[:most], "") + "…"
	}
	e.Fix = fixOf(e.Code, action)
	return e
}

// passes reports whether the same request may get another answer later: the
// SDK knows but one spelling of the rate limit, and retries nothing else.
func (e *APIError) passes() bool {
	switch e.Code {
	case codeMalformed, codeNetwork, "ServiceUnavailable", "ResourceUnavailable", "FailedOperation.QueryCountFailed", "FailedOperation":
		return true
	}
	return e.isLimit() || e.Code == "InternalError" || strings.HasPrefix(e.Code, "InternalError.")
}

// isLimit knows every spelling of too many requests: RequestLimitExceeded
// alone and with UinLimitExceeded, IPLimitExceeded, GlobalRegionUinLimitExceeded
// behind a dot.
func (e *APIError) isLimit() bool {
	return e.Code == "RequestLimitExceeded" || strings.HasPrefix(e.Code, "RequestLimitExceeded.")
}

// isExpired reports whether the credentials are no longer, or not yet, good.
func (e *APIError) isExpired() bool {
	switch e.Code {
	case "AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound", "AuthFailure.InvalidSecretId":
		return true
	}
	return false
}

// isWait reports whether the provider is still making the data.
func (e *APIError) isWait() bool { return e.Code == "FailedOperation.SummaryDataNotReady" }

func fixOf(code, action string) string {
	switch {
	case code == "AuthFailure.SecretIdNotFound" || code == "AuthFailure.InvalidSecretId":
		return "see in the console that the key of source.api.secret-id exists and is enabled"
	case code == "AuthFailure.SignatureFailure":
		return "see that source.api.secret-key is the key of source.api.secret-id"
	case code == "AuthFailure.SignatureExpire":
		return "set this machine's clock; let it follow a time server"
	case code == "AuthFailure.TokenFailure":
		return "the temporary credentials have ended: see that they are renewed"
	case strings.Contains(code, "UnauthorizedOperation"), strings.HasPrefix(code, "AuthFailure"), code == "OperationDenied":
		return "grant the account of source.api.secret-id the right to " + action + ", and see that source.api.kind is whose bill it is"
	case code == "IpNotInWhitelist", code == "IpInBlacklist":
		return "let the key be used from this machine's address"
	case code == "InvalidAction", code == "NoSuchVersion", code == "NoSuchProduct", code == "UnsupportedOperation", code == "ActionOffline":
		return "see that source.api.kind and source.api.endpoint belong together"
	case strings.HasPrefix(code, "RequestLimitExceeded"):
		return "see who else uses the key; the provider counts requests by key"
	case strings.HasPrefix(code, "InvalidParameter"), code == "MissingParameter", code == "UnknownParameter":
		return "see that the month is one that the API still has: it keeps 18"
	case code == codeNetwork:
		return "see that source.api.endpoint can be reached from this machine"
	default:
		return "try again later; the provider's support finds the request by its RequestId"
	}
}
