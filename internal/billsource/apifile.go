package billsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/retry"
)

// download is where the provider has put a bill as a file.
type download struct {
	Ready       int
	DownloadURL string `json:"DownloadUrl"`
}

// file reads the bill as the file that the provider makes of it (L3).
func (r *apiReader) file(ctx context.Context) (bill.Reading, error) {
	what, ask := call{partners, "DescribeBillDownloadUrl", classPartner}, map[string]any{"Month": r.want.Month.String(), "FileType": "L3"}
	if r.api.Kind == Reseller {
		what.action = "DescribeCustomerBillDownloadUrl"
		ask = map[string]any{
			"Month": r.want.Month.String(), "FileType": "billDetail", "CustomerUinType": "Customer", "FileLanguage": "en",
			"CustomerUin": r.api.customer(r.want.UIN),
		}
	}
	var got download
	if err := r.api.caller.do(ctx, what, ask, &got); err != nil {
		return bill.Reading{}, err
	}
	if got.Ready == 0 || got.DownloadURL == "" {
		return bill.Reading{}, &WaitError{Place: r.api.place(), Problem: what.action + " is still making the file of " + r.want.Month.String(), Fix: "nothing; it is asked again"}
	}
	dir, err := os.MkdirTemp(r.api.TempDir, "deliverd-bill-")
	if err != nil {
		return bill.Reading{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left, the system's cleaning takes
	name, err := r.fetch(ctx, got.DownloadURL, dir)
	if err != nil {
		return bill.Reading{}, err
	}
	files, err := New(Config{FS: os.DirFS(dir), Path: name, Name: name, Settle: -1})
	if err != nil {
		return bill.Reading{}, err
	}
	reading, err := files.Read(ctx, r.want, func(l *bill.Line) error {
		if err := r.checkAccount(l, bill.OwnerUin); err != nil {
			return err
		}
		return r.give(l)
	})
	if err != nil {
		return bill.Reading{}, err
	}
	reading.Source, reading.Through = fmt.Sprintf("the file of %s", what.action), r.through
	return reading, r.checkDay(ctx, &reading)
}

// fetch downloads the file and gives it the provider's name for a whole month.
// An address in an error is without its signature.
func (r *apiReader) fetch(ctx context.Context, address, dir string) (name string, err error) {
	from, err := url.Parse(address)
	if err != nil || from.Host == "" || from.Scheme != "https" && !isLoopback(from) {
		return "", &FileError{File: "the bill file's address", Problem: "is not one of https", Fix: "see that source.api.endpoint is the provider's"}
	}
	where := from.Scheme + "://" + from.Host + from.Path
	partial := filepath.Join(dir, "partial")
	err = retry.Do(ctx, r.api.caller.policy, func(ctx context.Context) error { return r.fetchOnce(ctx, from, partial) })
	if err != nil {
		return "", fmt.Errorf("download %s: %w", where, err)
	}
	head := make([]byte, 4)
	f, err := os.Open(partial)
	if err != nil {
		return "", err
	}
	n, err := io.ReadFull(f, head)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", &FileError{File: where, Problem: fmt.Sprintf("has %d bytes", n), Fix: downloadAgain}
	}
	ext := ".csv"
	switch {
	case isZip(head):
		ext = ".zip"
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		ext = ".csv.gz"
	}
	name = r.want.UIN + "-" + r.want.Month.Compact() + "-bill_details" + ext
	return name, os.Rename(partial, filepath.Join(dir, name))
}

// downloadTimeout bounds one try of a whole file.
const downloadTimeout = 30 * time.Minute

func (r *apiReader) fetchOnce(ctx context.Context, from *url.URL, to string) error {
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), http.NoBody)
	if err != nil {
		return retry.Permanent(errors.New("the address is none"))
	}
	transport := r.api.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		err := fmt.Errorf("the answer is %s", answer.Status)
		if answer.StatusCode/100 == 4 && answer.StatusCode != http.StatusTooManyRequests {
			return retry.Permanent(err)
		}
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return retry.Permanent(err)
	}
	n, err := io.Copy(f, answer.Body)
	if err == nil && answer.ContentLength >= 0 && n != answer.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	return errors.Join(err, f.Close())
}

func isLoopback(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
}
