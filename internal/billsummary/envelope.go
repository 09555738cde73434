package billsummary

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// answer is the content of an envelope.
type answer interface {
	// chunks are its text in JSON, to be written one after the other: an answer
	// may be long, and most of it is the same every time. They are not changed.
	chunks(id string) [][]byte
}

// envelope gives an answer, or what kept it from being given.
func envelope(id string, given answer, failed error) [][]byte {
	if failed != nil {
		given = refusalOf(failed)
	}
	return slices.Concat([][]byte{[]byte(`{"Response":`)}, given.chunks(id), [][]byte{{'}'}})
}

// refusal is the answer to a request that cannot be answered.
type refusal struct {
	Error     struct{ Code, Message string }
	RequestId string // the name on the wire
}

func refusalOf(failed error) *refusal {
	r := &refusal{}
	var known *problem
	if errors.As(failed, &known) {
		r.Error.Code, r.Error.Message = known.code, known.message
	} else {
		r.Error.Code, r.Error.Message = codeInternalError, "An internal error has occurred. The log of the server has it under this RequestId."
	}
	return r
}

func (r *refusal) chunks(id string) [][]byte {
	r.RequestId = id
	text, err := marshal(r)
	if err != nil { // it is three texts
		panic(err)
	}
	return [][]byte{text}
}

// marshal writes a value without a line's end, its texts as they are.
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
