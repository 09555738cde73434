package config

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// FocusVersion is the version of the FOCUS specification a file follows.
type FocusVersion string

// FocusProfile is how closely a file follows it.
type FocusProfile string

// The profiles.
const (
	Strict   FocusProfile = "strict"   // passes every rule of the version
	Provider FocusProfile = "provider" // has the shape of the provider's own file
)

// EffectiveCost says what the EffectiveCost of a subscription is.
type EffectiveCost string

// The ways to state the EffectiveCost of a subscription.
const (
	Billed    EffectiveCost = "billed"    // what is billed, when it is billed
	Amortised EffectiveCost = "amortised" // spread over the months it pays for
)

// ReconcileMode says what becomes of a file whose sums differ from the
// provider's summary, or that breaks a rule.
type ReconcileMode string

// The reconcile modes.
const (
	Hold ReconcileMode = "hold" // not delivered
	Warn ReconcileMode = "warn" // delivered and said
	Off  ReconcileMode = "off"  // not compared
)

// MissedRuns says which runs that were missed while the daemon was down are
// made up at its start.
type MissedRuns string

// The ways to make up missed runs.
const (
	MissedAll    MissedRuns = "all"
	MissedLatest MissedRuns = "latest"
	MissedNone   MissedRuns = "none"
)

// SourceKind says whose bill the credentials of an API source can read.
type SourceKind string

// The kinds of API source.
const (
	Direct   SourceKind = "direct"
	Customer SourceKind = "customer"
	Reseller SourceKind = "reseller"
)

// Credentials says where the credentials of an API source come from.
type Credentials string

// The places that credentials come from.
const (
	CredentialsKey         Credentials = "key"         // secret-id and secret-key
	CredentialsEnvironment Credentials = "environment" // TENCENTCLOUD_SECRET_ID, _SECRET_KEY and _TOKEN
	CredentialsCVMRole     Credentials = "cvm-role"    // the role of the machine, renewed
	CredentialsOIDC        Credentials = "oidc"        // the role of a pod's token: TKE_ROLE_ARN and the like, renewed
)

// fault is what is wrong with a value, and what to write instead.
type fault struct{ what, try string }

// textValue is a value that is written as text in the file.
type textValue interface {
	read(text string) *fault
}

func choose(text string, choices ...string) *fault {
	if slices.Contains(choices, text) {
		return nil
	}
	return &fault{quote(text) + " is none of " + strings.Join(choices, ", "), "write one of " + strings.Join(choices, ", ")}
}

func (v *FocusVersion) read(text string) *fault {
	*v = FocusVersion(text)
	return choose(text, "1.0", "1.2", "1.3", "1.4")
}

func (p *FocusProfile) read(text string) *fault {
	*p = FocusProfile(text)
	return choose(text, string(Strict), string(Provider))
}

func (e *EffectiveCost) read(text string) *fault {
	*e = EffectiveCost(text)
	return choose(text, string(Billed), string(Amortised))
}

func (m *ReconcileMode) read(text string) *fault {
	*m = ReconcileMode(text)
	return choose(text, string(Hold), string(Warn), string(Off))
}

func (m *MissedRuns) read(text string) *fault {
	*m = MissedRuns(text)
	return choose(text, string(MissedAll), string(MissedLatest), string(MissedNone))
}

func (k *SourceKind) read(text string) *fault {
	*k = SourceKind(text)
	return choose(text, string(Direct), string(Customer), string(Reseller))
}

func (c *Credentials) read(text string) *fault {
	*c = Credentials(text)
	return choose(text, string(CredentialsKey), string(CredentialsEnvironment), string(CredentialsCVMRole), string(CredentialsOIDC))
}

// Path is a file or folder; relative ones were resolved against the folder of
// the configuration file.
type Path string

// Size is a number of bytes, written like 16MiB.
type Size int64

var sizePattern = regexp.MustCompile(`^([0-9]{1,18}) ?(B|KiB|MiB|GiB|kB|MB|GB)$`)

func sizeUnit(unit string) int64 {
	return map[string]int64{"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]
}

func (s *Size) read(text string) *fault {
	const try = "write a whole number with a unit, like 16MiB"
	match := sizePattern.FindStringSubmatch(text)
	if match == nil {
		return &fault{quote(text) + " is no size", try}
	}
	n, err := strconv.ParseInt(match[1], 10, 64)
	unit := sizeUnit(match[2])
	if err != nil || n > math.MaxInt64/unit {
		return &fault{quote(text) + " is too large", try}
	}
	*s = Size(n * unit)
	return nil
}

// String is the size in the largest unit that shows it exactly.
func (s Size) String() string {
	for _, unit := range []string{"GiB", "MiB", "KiB"} {
		if n := sizeUnit(unit); s != 0 && int64(s)%n == 0 {
			return fmt.Sprintf("%d%s", int64(s)/n, unit)
		}
	}
	return fmt.Sprintf("%dB", int64(s))
}

// Files says where bill files lie: a folder or file on this machine (Path), or
// objects under a prefix of a COS bucket.
type Files struct {
	Path   Path   // set, or Bucket is
	Bucket string // name of a bucket, NAME-APPID
	Prefix string // of its keys; may be empty
}

// IsZero reports whether no files are named.
func (f Files) IsZero() bool { return f == Files{} }

// String is the path, or cos://bucket/prefix.
func (f Files) String() string {
	if f.Bucket != "" {
		return "cos://" + f.Bucket + "/" + f.Prefix
	}
	return string(f.Path)
}

var bucketPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func (f *Files) read(text string) *fault {
	rest, isBucket := strings.CutPrefix(text, "cos://")
	if !isBucket {
		if strings.Contains(text, "://") {
			return &fault{"is neither a path nor cos://bucket/prefix", "write a folder, a file, or cos://bucket/prefix"}
		}
		f.Path = Path(text)
		return nil
	}
	f.Bucket, f.Prefix, _ = strings.Cut(rest, "/")
	if !bucketPattern.MatchString(f.Bucket) {
		return &fault{"names no bucket", "write cos://NAME-APPID/prefix"}
	}
	return checkKeyText(f.Prefix)
}

var keyText = regexp.MustCompile(`^[A-Za-z0-9/._=-]*$`)

// checkKeyText holds what is part of an object key to the characters that no
// tool on the way reads differently.
func checkKeyText(text string) *fault {
	switch {
	case !keyText.MatchString(text):
		return &fault{"has a character that is not one of A-Z a-z 0-9 / . _ = -", "rename the prefix"}
	case strings.HasPrefix(text, "/") || strings.Contains(text, "//"):
		return &fault{"has an empty segment", "write no leading slash and no two slashes in a row"}
	case len(text) > 512:
		return &fault{"is longer than 512 characters", "shorten the prefix"}
	}
	for segment := range strings.SplitSeq(text, "/") {
		if segment == "." || segment == ".." {
			return &fault{"has a segment " + quote(segment), "write the prefix without . and .. segments"}
		}
	}
	return nil
}

// quote shows a value in a message: on one line, and not at any length.
func quote(text string) string {
	if len(text) > 60 {
		text = strings.ToValidUTF8(text[:60], "") + "…"
	}
	return strconv.Quote(text)
}
