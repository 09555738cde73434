package billsource

import (
	"path"
	"regexp"
	"strings"

	"deliverd/internal/period"
)

// providerName is what the name of a file that the provider wrote says:
// <uin>-<YYYYMM[DD]>-…bill_details….
type providerName struct {
	uin   string
	month period.Month
	day   period.Day // zero for a monthly file
}

var (
	// The provider's pages name by_used_time-bill_details; "Bill Details" and
	// 明细账单 are the spellings of newer and of Chinese exports. What a browser
	// adds, such as " (1)", does not hide the name.
	detailName = regexp.MustCompile(`(?i)^([0-9]+)-([0-9]{8}|[0-9]{6})-.*(?:bill[_ ]details|明细账单)`)

	// Other bills that the provider stores in the same folder: they hold the
	// same money once more, in another form.
	otherBill = regexp.MustCompile(`(?i)(^|-)FOCUS-|bill[_ ]?(?:pack|resource|summary|overview)|allocation|consumption|分账|消耗`)
)

// parseName reads the name of a provider file; ok is false for another name.
// A date that does not exist makes it another name.
func parseName(name string) (p providerName, ok bool) {
	match := detailName.FindStringSubmatch(name)
	if match == nil || otherBill.MatchString(name) {
		return p, false
	}
	p.uin = match[1]
	if len(match[2]) == len("202511") {
		m, err := period.ParseMonth(match[2])
		p.month = m
		return p, err == nil
	}
	d, err := period.ParseDay(match[2])
	if err != nil {
		return p, false
	}
	p.day, p.month = d, d.Month()
	return p, true
}

// through is the last bill day that a provider file covers: provider files
// are cumulative, so a daily one covers its month up to its date.
func (p providerName) through() period.Day {
	if p.day.IsZero() {
		return p.month.Last()
	}
	return p.day
}

// leftAside says why a file of a folder is not looked at; "" means it is.
func leftAside(name string) string {
	lower := strings.ToLower(name)
	switch ext := path.Ext(lower); {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "~$"):
		return "hidden"
	case ext == ".part", ext == ".tmp", ext == ".crdownload", ext == ".partial", ext == ".download":
		return "still being written"
	case !holdsBill(lower):
		return "no CSV, JSON, gzip or zip"
	case otherBill.MatchString(name):
		return "another kind of bill"
	}
	return ""
}

// holdsBill tells by its name whether a file or zip member may hold a bill.
func holdsBill(name string) bool {
	name = strings.ToLower(name)
	if zipped, ok := strings.CutSuffix(name, ".gz"); ok {
		return path.Ext(zipped) != ".tar"
	}
	return path.Ext(name) == ".zip" || isPlainBill(name)
}

func isPlainBill(name string) bool {
	switch path.Ext(strings.ToLower(name)) {
	case ".csv", ".json", ".ndjson", ".jsonl":
		return true
	}
	return false
}
