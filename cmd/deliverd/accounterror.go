package main

import (
	"fmt"
	"strings"
)

// accountErrorJSON is the stable shape of an account that could not be worked
// on (docs/json.md).
type accountErrorJSON struct {
	UIN   string `json:"uin"`
	Error string `json:"error"`
	Try   string `json:"try,omitempty"`
}

func toAccountError(uin string, err error) accountErrorJSON {
	return accountErrorJSON{UIN: uin, Error: err.Error(), Try: remedy(err)}
}

// ofAccount names the account in an error that does not.
func ofAccount(uin string, err error) error {
	if strings.Contains(err.Error(), "account "+uin) {
		return err
	}
	return fmt.Errorf("account %s: %w", uin, err)
}
