package bill

import (
	"encoding/json"
	"fmt"
)

// totalsVersion counts the encodings of totals. An encoding that was ever
// released is read for ever.
const totalsVersion = 1

type encodedTotals struct {
	Version int     `json:"version"`
	Totals  *Totals `json:"totals"`
}

// Encode writes the totals as UTF-8 text, for whoever keeps them and does not
// know what they are. Amounts are decimal texts, exact.
func (t *Totals) Encode() ([]byte, error) {
	return json.Marshal(encodedTotals{Version: totalsVersion, Totals: t})
}

// DecodeTotals reads what [Totals.Encode] wrote, to the last digit.
func DecodeTotals(text []byte) (*Totals, error) {
	var e encodedTotals
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, fmt.Errorf("totals: %w", err)
	}
	if e.Version != totalsVersion || e.Totals == nil {
		return nil, fmt.Errorf("totals are in encoding %d, this program reads %d", e.Version, totalsVersion)
	}
	return e.Totals, nil
}
