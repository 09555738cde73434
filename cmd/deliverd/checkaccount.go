package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/billsource"
	"deliverd/internal/config"
	"deliverd/internal/cosdest"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

// mostSkew is what a clock may be off before it is warned of. Where it is too
// far, the bucket says.
const mostSkew = 5 * time.Second

// checkAccount looks at one account's bucket and source. What a bucket that
// lets nobody in would fail as well is left out.
func checkAccount(ctx context.Context, account config.Account, keys *apiKeys, now func() time.Time, log *zap.Logger) []itemJSON {
	var items []itemJSON
	bucket, err := newBucket(account, nil, log)
	if err != nil {
		items = append(items, failedItem("bucket", err))
	} else {
		items = checkBucket(ctx, account, bucket)
	}
	return append(items, checkBills(ctx, account, keys, now, log), policyItem(account))
}

func checkBucket(ctx context.Context, account config.Account, bucket *cosdest.Bucket) []itemJSON {
	clock, err := bucket.ProbeClock(ctx)
	if err != nil {
		return append([]itemJSON{failedItem("bucket", err)}, clockItem(clock)...)
	}
	items := append([]itemJSON{okItem("bucket", "it is there and lets %s in", account.Bucket.SecretID)}, clockItem(clock)...)
	items = append(items, checkList(ctx, account, bucket), checkHead(ctx, bucket, checkKey(account)))
	for _, right := range bucket.TryUpload(ctx, checkKey(account)) {
		items = append(items, rightItem(right))
	}
	return append(items, checkVersioning(ctx, bucket))
}

// checkKey is the key of an upload that is never completed: of a day before
// there was a cloud. It is one of the account's own, so that whoever takes the
// account next ends an upload that a kill left open there.
func checkKey(account config.Account) string {
	first, _ := period.NewDay(1970, time.January, 1)
	return account.Bucket.Prefix + period.DailyOf(first).Key(account.UIN)
}

func clockItem(clock cosdest.Clock) []itemJSON {
	const name, try = "clock", "set this machine's clock; let it follow a time server"
	if !clock.Known {
		return nil
	}
	text := "0 s from the bucket's"
	if clock.Ahead > 0 {
		text = fmt.Sprintf("%d s ahead of the bucket's", clock.Ahead/time.Second)
	} else if clock.Ahead < 0 {
		text = fmt.Sprintf("%d s behind the bucket's", -clock.Ahead/time.Second)
	}
	switch {
	case clock.Refused:
		return []itemJSON{{Item: name, Result: resultFailed, Why: text + ", which refuses it", Try: try}}
	case clock.Ahead.Abs() > mostSkew:
		return []itemJSON{warningItem(name, try, "%s", text)}
	default:
		return []itemJSON{okItem(name, "%s", text)}
	}
}

// mostListed is where counting the account's objects ends.
const mostListed = 1000

func checkList(ctx context.Context, account config.Account, bucket *cosdest.Bucket) itemJSON {
	const name = "list"
	n := 0
	for _, err := range bucket.List(ctx, account.Bucket.Prefix+period.KeyPrefix(account.UIN)) {
		if err != nil {
			return failedItem(name, withAction(err, "GetBucket"))
		}
		if n++; n == mostListed {
			return okItem(name, "%d objects or more at the account's keys", n)
		}
	}
	return okItem(name, "%d objects at the account's keys", n)
}

// checkHead asks for what is not there: to be told so takes the right to.
func checkHead(ctx context.Context, bucket *cosdest.Bucket, key string) itemJSON {
	if _, err := bucket.Stat(ctx, key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failedItem("head", withAction(err, "HeadObject"))
	}
	return okItem("head", "name/cos:HeadObject is granted")
}

func rightItem(right cosdest.Right) itemJSON {
	name := map[string]string{
		"InitiateMultipartUpload": "open-upload", "UploadPart": "send-part",
		"AbortMultipartUpload": "abort-upload", "ListMultipartUploads": "list-uploads",
	}[right.Action]
	if right.Err != nil {
		return failedItem(name, withAction(right.Err, right.Action))
	}
	return okItem(name, "name/cos:%s is granted", right.Action)
}

// withAction names the right that is missing.
func withAction(err error, action string) error {
	try := remedy(err)
	if errors.Is(err, fs.ErrPermission) {
		try = "give the sub-account name/cos:" + action + ", with the policy that check prints"
	}
	if errors.Is(err, object.ErrUploadOpen) {
		try += "; the next delivery ends the upload that stayed open"
	}
	return remedied{err, strings.TrimPrefix(try, "; ")}
}

// remedied is an error with another remedy.
type remedied struct {
	error
	try string
}

func (e remedied) Unwrap() error  { return e.error }
func (e remedied) Remedy() string { return e.try }

// checkVersioning asks what no delivery needs to know: the right to ask may be
// missing.
func checkVersioning(ctx context.Context, bucket *cosdest.Bucket) itemJSON {
	const name = "versioning"
	versioned, err := bucket.Versioned(ctx)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return okItem(name, "not known: name/cos:GetBucketVersioning is not granted, and need not be; see in the console that it was never on")
	case err != nil:
		return failedItem(name, err)
	case versioned:
		return warningItem(name, "deliver into a bucket that never had versioning",
			"on, or on once: the bucket then takes no notice of x-cos-forbid-overwrite, which keeps a second writer from overwriting a new file")
	default:
		return okItem(name, "off")
	}
}

// checkAPI asks the billing API for one record of the month.
func checkAPI(ctx context.Context, account config.Account, keys *apiKeys, now func() time.Time) itemJSON {
	const name = "source"
	api, err := newAPI(account, keys, now)
	if err != nil {
		return failedItem(name, err)
	}
	action, err := api.Probe(ctx, account.UIN, period.LastEndedDay(now()).Month())
	if err != nil {
		return failedItem(name, err)
	}
	return okItem(name, "%s of %s answers, and lets the key read the bill", action, account.Source.API.Endpoint)
}

// checkBills looks at the place of the bill files, or asks the billing API.
func checkBills(ctx context.Context, account config.Account, keys *apiKeys, now func() time.Time, log *zap.Logger) itemJSON {
	const name = "source"
	if account.Source.UsesAPI() {
		return checkAPI(ctx, account, keys, now)
	}
	source, err := (&node{log: log}).files(ctx, account)
	if err != nil {
		return failedItem(name, err)
	}
	survey, err := source.Survey(ctx, account.UIN)
	if err != nil {
		switch {
		case account.Source.Files.Bucket != "":
			err = withAction(err, "GetBucket, HeadObject and GetObject on "+account.Source.Files.Bucket)
		case errors.Is(err, fs.ErrPermission):
			err = remedied{err, "let the user who runs deliverd read it"}
		}
		return failedItem(name, err)
	}
	return surveyItem(name, account, survey)
}

func surveyItem(name string, account config.Account, s billsource.Survey) itemJSON {
	if s.Files == 0 {
		return warningItem(name, "put a bill of "+account.UIN+" there before the first delivery is due",
			"%s holds no bill of account %s; bills of others: %d, other files: %d", account.Source.Files, account.UIN, len(s.Others), len(s.Aside))
	}
	months := make([]string, len(s.Months))
	for i, m := range s.Months {
		months[i] = m.String()
	}
	text := fmt.Sprintf("%s; files: %d, months: %s", account.Source.Files, s.Files, strings.Join(months, ", "))
	if len(months) > 12 {
		text = fmt.Sprintf("%s; files: %d, %d months from %s to %s", account.Source.Files, s.Files, len(months), months[0], months[len(months)-1])
	}
	if len(s.Silent) > 0 {
		return warningItem(name, "deliver such a bill with --month", "%s; %d of the files do not say their month, such as %s", text, len(s.Silent), s.Silent[0])
	}
	return okItem(name, "%s", text)
}
