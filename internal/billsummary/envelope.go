package billsummary

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// identified is an answer that carries the id of its request.
type identified interface{ identify(id string) }

// envelope writes an answer, or what kept it from being given, and returns the
// error that the answer tells of.
func envelope(id string, answer any, failed error) ([]byte, error) {
	if failed == nil {
		answer.(identified).identify(id)
		body, err := marshal(map[string]any{"Response": answer})
		if err == nil {
			return body, nil
		}
		failed = fmt.Errorf("write the answer: %w", err)
	}
	var known *problem
	if !errors.As(failed, &known) {
		known = &problem{codeInternalError, "An internal error has occurred. The log of the server has it under this RequestId."}
	}
	var response struct {
		Response struct {
			Error     struct{ Code, Message string }
			RequestId string //nolint:staticcheck // the name on the wire
		}
	}
	response.Response.Error.Code, response.Response.Error.Message, response.Response.RequestId = known.code, known.message, id
	body, err := marshal(response)
	return body, errors.Join(failed, err)
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// codeOf is the code an error is answered with; OK for none.
func codeOf(err error) string {
	var known *problem
	switch {
	case err == nil:
		return "OK"
	case errors.As(err, &known):
		return known.code
	}
	return codeInternalError
}
