// Package config reads the one YAML file that says what deliverd does.
//
// It knows every key, its default and its rules (defaults.yaml beside this
// file documents them), and hands out typed values: a cron expression arrives
// as a schedule, a zone as a location, a secret as a [Secret] that no print
// reveals. Whoever holds a [Config] need check nothing again.
//
// It also tells when what stands there has changed ([Watch]), and what the
// change is ([Diff]).
//
// It does not know what the values are for: it opens no bucket, asks no
// source, and reads no file but the configuration and the secrets it names.
// Some keys belong to parts of deliverd that a release may not have; they are
// decoded and checked all the same, and the command layer says what it can do.
package config

import (
	"net/url"
	"time"
	_ "time/tzdata" // zones must not depend on the host having them

	"deliverd/internal/period"
	"deliverd/internal/schedule"
)

// Config is the whole file, defaults filled in. Values are plain: a key that
// was not set holds its default.
type Config struct {
	Timezone *time.Location `yaml:"timezone"` // in which cron expressions are read; nothing else
	State    Path           `yaml:"state"`    // folder of snapshots and of the SQLite ledger
	Ledger   DatabaseURL    `yaml:"ledger"`   // zero: the SQLite ledger in State
	Parallel Parallel       `yaml:"parallel"`

	// StopWithin is how long a running delivery may go on after the first stop
	// signal; zero cancels it at once.
	StopWithin time.Duration `yaml:"stop-within"`

	Defaults Policy    `yaml:"defaults"` // already merged into every account
	Accounts []Account `yaml:"accounts"` // at least one
	HTTP     HTTP      `yaml:"http"`
	API      API       `yaml:"api"`
}

// Parallel bounds how many accounts are worked on at once; each is at least 1.
type Parallel struct {
	Node   int `yaml:"node"`    // by one process
	Bucket int `yaml:"bucket"`  // of those, into one bucket
	APIKey int `yaml:"api-key"` // of those, with one key of the billing API
}

// Policy is what an account may leave to the `defaults:` section.
type Policy struct {
	Focus     Focus         `yaml:"focus"`
	Reconcile Reconcile     `yaml:"reconcile"`
	Missed    MissedRuns    `yaml:"missed"`
	Freshness time.Duration `yaml:"freshness"` // how long after its due time a delivery becomes late
	Currency  string        `yaml:"currency"`  // ISO 4217, for lines that do not name theirs

	Conformance ReconcileMode `yaml:"conformance"` // what a broken rule of FOCUS does
	Products    []Product     `yaml:"products"`    // what the product table does not know, or says otherwise
}

// Focus says which FOCUS the files follow, and what they look like.
type Focus struct {
	Version   FocusVersion  `yaml:"version"` // the profile provider is 1.0 whatever this says
	Profile   FocusProfile  `yaml:"profile"`
	Columns   []string      `yaml:"columns"`   // only these; empty: all
	Tags      []string      `yaml:"tags"`      // tag keys with a column of their own
	Constants []Constant    `yaml:"constants"` // columns with one value in every row
	Effective EffectiveCost `yaml:"effective-cost"`
}

// Constant is a custom column with the same value in every row.
type Constant struct {
	Name  string `yaml:"name"` // begins with x_
	Value string `yaml:"value"`
}

// Product says what a product of the bill is in FOCUS; empty fields leave what
// the product table says.
type Product struct {
	Product      string `yaml:"product"` // its code or name in the bill
	Name         string `yaml:"name"`
	Category     string `yaml:"category"`
	Subcategory  string `yaml:"subcategory"`
	ResourceType string `yaml:"resource-type"`
}

// Reconcile says what a difference from the provider's summary does to a
// closed month, and to one that is still open.
type Reconcile struct {
	Closed ReconcileMode `yaml:"closed"`
	Open   ReconcileMode `yaml:"open"`
}

// Account is one uin whose bill is delivered into one bucket.
type Account struct {
	UIN        string  `yaml:"uin"` // 6 to 20 digits
	Source     Source  `yaml:"source"`
	Bucket     Bucket  `yaml:"bucket"`
	GroupAdmin bool    `yaml:"group-admin"` // the bill also holds the lines of members
	Daily      Cadence `yaml:"daily"`
	Monthly    Cadence `yaml:"monthly"`
	Policy     `yaml:",inline"`
}

// Cadence returns the settings of one cadence of the account.
func (a Account) Cadence(c period.Cadence) Cadence {
	if c == period.Monthly {
		return a.Monthly
	}
	return a.Daily
}

// Source is where the lines of a bill come from: the billing API, or bill
// files. Files is set, or UsesAPI is true.
type Source struct {
	API   APISource `yaml:"api"`
	Files Files     `yaml:"files"`
}

// UsesAPI reports whether the billing API is the source.
func (s Source) UsesAPI() bool { return s.Files.IsZero() }

// APISource is how the billing API is asked.
type APISource struct {
	Kind          SourceKind  `yaml:"kind"`
	Endpoint      Endpoint    `yaml:"endpoint"`    // unless it is set, the one of Kind
	Credentials   Credentials `yaml:"credentials"` // where not a key, the three below are empty
	SecretID      string      `yaml:"secret-id"`
	SecretKey     Secret      `yaml:"secret-key"` // read from SecretKeyFile when that is set
	SecretKeyFile Path        `yaml:"secret-key-file"`

	STSEndpoint Endpoint `yaml:"sts-endpoint"` // where CredentialsOIDC asks

	// Requests a second with one key; each is at least 1.
	DetailRate  int `yaml:"detail-rate"`
	SummaryRate int `yaml:"summary-rate"`
	PartnerRate int `yaml:"partner-rate"`
}

// endpointOf is where the bills of a kind are asked for.
func endpointOf(kind SourceKind) Endpoint {
	if kind == Direct {
		return Endpoint{"https", "billing.intl.tencentcloudapi.com"}
	}
	return Endpoint{"https", "intlpartnersmgt.intl.tencentcloudapi.com"}
}

// Bucket is where files are delivered, and how they are sent.
type Bucket struct {
	URL           *url.URL `yaml:"url"` // scheme and host alone; plain http only to loopback
	Prefix        string   `yaml:"prefix"`
	SecretID      string   `yaml:"secret-id"`
	SecretKey     Secret   `yaml:"secret-key"` // read from SecretKeyFile when that is set
	SecretKeyFile Path     `yaml:"secret-key-file"`
	PartSize      Size     `yaml:"part-size"`      // 1 MiB to 1 GiB
	ParallelParts int      `yaml:"parallel-parts"` // 1 to 64; memory is about PartSize × (ParallelParts + 1)
}

// Cadence is one of an account's two calendars.
type Cadence struct {
	Enabled bool              `yaml:"enabled"`
	At      schedule.Schedule `yaml:"at"`    // never zero
	Since   period.Day        `yaml:"since"` // zero: the ledger knows since when
}

// HTTP is the listener of health, metrics and the status page.
type HTTP struct {
	Listen string `yaml:"listen"` // host:port; empty: no listener
}

// API is the listener that answers DescribeBillSummary.
type API struct {
	Listen string   `yaml:"listen"` // host:port; empty: no listener
	Keys   []APIKey `yaml:"keys"`
}

// APIKey is one credential of the API and the accounts it may ask about; the
// first of them is meant when a request names none.
type APIKey struct {
	SecretID      string   `yaml:"secret-id"`
	SecretKey     Secret   `yaml:"secret-key"` // read from SecretKeyFile when that is set
	SecretKeyFile Path     `yaml:"secret-key-file"`
	Accounts      []string `yaml:"accounts"` // uins of configured accounts
}

func defaultConfig(zone *time.Location) Config {
	return Config{
		Timezone: zone,
		State:    "/var/lib/deliverd",
		Parallel: Parallel{Node: 4, Bucket: 4, APIKey: 1},

		StopWithin: 30 * time.Second,

		Defaults: Policy{
			Focus:       Focus{Version: "1.2", Profile: Strict, Effective: Billed},
			Reconcile:   Reconcile{Closed: Hold, Open: Hold},
			Missed:      MissedAll,
			Freshness:   12 * time.Hour,
			Currency:    "USD",
			Conformance: Hold,
		},
	}
}

const (
	defaultTimezone  = "Asia/Shanghai"
	defaultDailyAt   = "0 3 * * *"
	defaultMonthlyAt = "0 3 5 * *"
)

// defaultAccount is an account before its own keys are read.
func defaultAccount(policy Policy, daily, monthly schedule.Schedule) Account {
	return Account{
		Source:  Source{API: APISource{Kind: Direct, Endpoint: endpointOf(Direct), Credentials: CredentialsKey, STSEndpoint: Endpoint{"https", "sts.intl.tencentcloudapi.com"}, DetailRate: 5, SummaryRate: 20, PartnerRate: 1}},
		Bucket:  Bucket{PartSize: 8 << 20, ParallelParts: 4},
		Daily:   Cadence{Enabled: true, At: daily},
		Monthly: Cadence{Enabled: true, At: monthly},
		Policy:  policy,
	}
}
