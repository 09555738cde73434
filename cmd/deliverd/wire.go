package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"deliverd/internal/bill"
	"deliverd/internal/billsource"
	"deliverd/internal/config"
	"deliverd/internal/delivery"
)

// wire.go alone knows every package: it makes of the configuration what the
// commands work with.

func loadConfig(path string) (*config.Config, error) {
	if path == "" {
		return nil, usage("--config /etc/deliverd.yaml; deliverd print-config --defaults shows a commented one", "no configuration: --config is missing")
	}
	cfg, err := config.Load(path)
	if err != nil {
		return nil, usageError{err: err, try: remedy(err)}
	}
	if err := checkMappings(path, cfg); err != nil {
		return nil, err
	}
	return cfg, nil
}

// checkMappings is checkMapping of every account. One that says the same as the
// one before it is not asked again: thousands often do.
func checkMappings(path string, cfg *config.Config) error {
	for i, account := range cfg.Accounts {
		if i > 0 {
			before := cfg.Accounts[i-1]
			if reflect.DeepEqual(before.Focus, account.Focus) && reflect.DeepEqual(before.Products, account.Products) {
				continue
			}
		}
		if err := checkMapping(path, account); err != nil {
			return err
		}
	}
	return nil
}

// chosen returns the accounts that --uin names, or all of them.
func chosen(cfg *config.Config, uins []string) ([]config.Account, error) {
	if len(uins) == 0 {
		return cfg.Accounts, nil
	}
	var accounts []config.Account
	for _, uin := range uins {
		found := false
		for _, a := range cfg.Accounts {
			if a.UIN == uin {
				accounts, found = append(accounts, a), true
			}
		}
		if !found {
			return nil, usage("--uin with an account of the configuration", "account %s is not configured", uin)
		}
	}
	return accounts, nil
}

func newAccount(a config.Account) delivery.Account {
	return delivery.Account{UIN: a.UIN, Prefix: a.Bucket.Prefix, GroupAdmin: a.GroupAdmin, Currency: a.Currency}
}

func newReconcile(a config.Account) delivery.Reconcile {
	return delivery.Reconcile{Closed: delivery.ReconcileMode(a.Reconcile.Closed), Open: delivery.ReconcileMode(a.Reconcile.Open), Freshness: a.Freshness}
}

// checkWiring refuses what the configuration may say and this release does not
// have, before anything is delivered: a later account must not fail when an
// earlier one has been written.
func checkWiring(accounts []config.Account) error {
	for _, account := range accounts {
		if err := checkSource(account); err != nil {
			return err
		}
	}
	return nil
}

func checkSource(a config.Account) error {
	if _, known := regionOf(a); a.Source.Files.Bucket != "" && !known {
		return usage("source: {files: /srv/bills}", "account %s: %s needs a bucket.url that names its region", a.UIN, a.Source.Files)
	}
	return nil
}

// regionOf is the host of the account's bucket but for the bucket's name.
func regionOf(a config.Account) (string, bool) {
	_, region, found := strings.Cut(a.Bucket.URL.Host, ".")
	return region, found && net.ParseIP(a.Bucket.URL.Hostname()) == nil
}

func newFiles(path string) (*billsource.Files, error) {
	dir, name := path, "."
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usage("source.files with a folder or a file that exists", "bill files: %s is not there", path)
		}
		return nil, fmt.Errorf("bill files: %w", err)
	}
	if !info.IsDir() {
		dir, name = filepath.Split(path)
	}
	return billsource.New(billsource.Config{FS: os.DirFS(filepath.Clean(dir)), Path: name, Name: path})
}

func newLayout(a config.Account) bill.Layout {
	layout := bill.Layout{
		Version: string(a.Focus.Version), Profile: bill.Profile(a.Focus.Profile), Columns: a.Focus.Columns, Tags: a.Focus.Tags,
		Amortise: a.Focus.Effective == config.Amortised,
	}
	if layout.Profile == bill.Provider {
		layout.Version = "1.0"
	}
	for _, c := range a.Focus.Constants {
		layout.Constants = append(layout.Constants, bill.Constant(c))
	}
	return layout
}

func newProducts(a config.Account) []bill.ProductOverride {
	overrides := make([]bill.ProductOverride, len(a.Products))
	for i, p := range a.Products {
		overrides[i] = bill.ProductOverride(p)
	}
	return overrides
}

// checkMapping refuses what the configuration says of columns and products and
// only FOCUS can tell.
func checkMapping(path string, a config.Account) error {
	if _, err := newLayout(a).Schema(); err != nil {
		return usage("deliverd print-config --defaults", "%s: account %s: focus: %w", path, a.UIN, err)
	}
	if err := bill.CheckProducts(newProducts(a)); err != nil {
		return usage("docs/mapping.md lists the categories", "%s: account %s: products: %w", path, a.UIN, err)
	}
	return nil
}

// log tells of what a person should know and no command prints: warnings.
func (a *app) log() *zap.Logger { return a.logFrom(zapcore.WarnLevel) }

// logFrom logs in text on a terminal and in JSON elsewhere.
func (a *app) logFrom(level zapcore.Level) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.ISO8601TimeEncoder
	encoding := zapcore.NewJSONEncoder(encoder)
	if isTerminal(a.stderr) {
		encoding = zapcore.NewConsoleEncoder(encoder)
	}
	return zap.New(zapcore.NewCore(encoding, zapcore.Lock(zapcore.AddSync(a.stderr)), level))
}
