package billsummary

import (
	"strings"

	"deliverd/internal/bill"
)

// naming gives the key and the text under which a group of a bill is answered.
// known is false for one that has no code that is known.
type naming func(key, name string) (code, text string, known bool)

// otherName is what the provider calls what it has no code for.
const otherName = "other"

// payModeName goes by the provider's examples: the words of bills drift, and a
// bill may have several for one mode.
func payModeName(key, name string) (code, text string, known bool) {
	switch key {
	case bill.PrePay:
		return key, "Monthly subscription", true
	case bill.PostPay:
		return key, "Pay-As-You-Go resources", true
	case bill.RIPay:
		return key, name, true
	}
	return otherName, otherName, false
}

// projectName gives the project's id. A bill that has no ids is answered by
// names: to put all its projects into one would help nobody.
func projectName(key, name string) (code, text string, known bool) {
	switch strings.ToLower(key) {
	case "", "0", "default", "default project", "默认项目":
		if name == "" {
			name = "default"
		}
		return "0", name, true
	}
	if name == "" {
		name = key
	}
	return key, name, true
}
