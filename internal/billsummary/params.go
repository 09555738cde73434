package billsummary

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// params are the parameters of an action by name.
type params map[string]param

// param is the value of one parameter. A form has texts alone; there a number
// is a text, too.
type param struct {
	kind  kind
	text  string   // of a text and of a number
	texts []string // of a list
}

type kind int

const (
	text kind = iota
	number
	list
	other // true, an object, a list of something else than texts
)

// common are the parameters that every action has.
var common = []string{
	"Action", "Version", "Timestamp", "Nonce", "SecretId", "Signature", "SignatureMethod", "Region", "Token", "Language", "RequestClient",
}

// jsonParams reads the body of a JSON request. What is null is not there.
func jsonParams(body []byte) (params, error) {
	all := params{}
	if len(bytes.TrimSpace(body)) == 0 {
		return all, nil
	}
	var raw map[string]json.RawMessage
	if json.Unmarshal(body, &raw) != nil {
		return nil, fail(codeInvalidParameter, "The request body is not a JSON object.")
	}
	for name, value := range raw {
		if string(value) != "null" {
			all[name] = jsonParam(value)
		}
	}
	return all, nil
}

func jsonParam(raw json.RawMessage) param {
	p := param{kind: other}
	switch raw[0] {
	case '"':
		if json.Unmarshal(raw, &p.text) == nil {
			p.kind = text
		}
	case '[':
		var texts []*string
		if json.Unmarshal(raw, &texts) != nil || slices.Contains(texts, nil) {
			return p
		}
		for _, text := range texts {
			p.texts = append(p.texts, *text)
		}
		p.kind = list
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		p.kind, p.text = number, string(raw)
	}
	return p
}

// formParams reads a query or a form: Name=text, and a list as Name.0=, Name.1=.
func formParams(values url.Values) (params, error) {
	all := params{}
	lists := map[string]map[int]string{}
	for name, texts := range values {
		if len(texts) > 1 {
			return nil, fail(codeInvalidParameter, "The parameter `%s` is given more than once.", name)
		}
		of, index, isList := listItem(name)
		if !isList {
			all[name] = param{kind: text, text: texts[0]}
			continue
		}
		if lists[of] == nil {
			lists[of] = map[int]string{}
		}
		lists[of][index] = texts[0]
	}
	for name, items := range lists {
		p := param{kind: list}
		indexes := make([]int, 0, len(items))
		for index := range items {
			indexes = append(indexes, index)
		}
		slices.Sort(indexes)
		for _, index := range indexes {
			p.texts = append(p.texts, items[index])
		}
		all[name] = p
	}
	return all, nil
}

func listItem(name string) (of string, index int, is bool) {
	of, after, found := strings.Cut(name, ".")
	index, err := strconv.Atoi(after)
	return of, index, found && err == nil && index >= 0
}

// only refuses parameters that the action does not have.
func (p params) only(names ...string) error {
	for name := range p {
		if !slices.Contains(names, name) && !slices.Contains(common, name) {
			return fail(codeUnknownParameter, "The parameter `%s` is not recognized.", name)
		}
	}
	return nil
}

// text is the value of a text; there is false when it is not given.
func (p params) text(name string) (value string, there bool, err error) {
	v, there := p[name]
	if there && v.kind != text {
		return "", true, fail(codeInvalidParameter, "The parameter `%s` is not a string.", name)
	}
	return v.text, there, nil
}

// required is the value of a text that has to be given.
func (p params) required(name string) (string, error) {
	value, there, err := p.text(name)
	if err == nil && !there {
		err = missing(name)
	}
	return value, err
}

// list is the value of a list of texts.
func (p params) list(name string) ([]string, error) {
	v, there := p[name]
	if there && v.kind != list {
		return nil, fail(codeInvalidParameter, "The parameter `%s` is not an array of strings.", name)
	}
	return v.texts, nil
}
