package billsummary

import "fmt"

// problem is what a request is answered with that cannot be answered: a code
// of the provider's list of common error codes, or of the action's own.
type problem struct{ code, message string }

func (p *problem) Error() string { return p.code + ": " + p.message }

// The codes.
const (
	codeInvalidAuthorization = "AuthFailure.InvalidAuthorization"
	codeSecretIDNotFound     = "AuthFailure.SecretIdNotFound"
	codeSignatureExpire      = "AuthFailure.SignatureExpire"
	codeSignatureFailure     = "AuthFailure.SignatureFailure"
	codeTokenFailure         = "AuthFailure.TokenFailure"
	codeUnauthorized         = "AuthFailure.UnauthorizedOperation"
	codeTagKeyNotExist       = "FailedOperation.TagKeyNotExist"
	codeInternalError        = "InternalError"
	codeInvalidAction        = "InvalidAction"
	codeInvalidParameter     = "InvalidParameter"
	codeInvalidValue         = "InvalidParameterValue"
	codeInvalidRequest       = "InvalidRequest"
	codeMissingParameter     = "MissingParameter"
	codeNoSuchVersion        = "NoSuchVersion"
	codeRequestLimitExceeded = "RequestLimitExceeded"
	codeRequestTooLarge      = "RequestSizeLimitExceeded"
	codeResourceNotFound     = "ResourceNotFound"
	codeResourceUnavailable  = "ResourceUnavailable"
	codeUnknownParameter     = "UnknownParameter"
	codeUnsupportedOperation = "UnsupportedOperation"
	codeUnsupportedProtocol  = "UnsupportedProtocol"
)

func fail(code, format string, args ...any) error {
	return &problem{code, fmt.Sprintf(format, args...)}
}

func missing(name string) error {
	return fail(codeMissingParameter, "The request is missing a required parameter `%s`.", name)
}
