package config

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	leastPart, mostPart = 1 << 20, 1 << 30 // what COS takes, and what memory does
	mostParallel        = 64
	mostAtOnce          = 1024 // accounts; each takes tens of MiB
)

// check looks at what no single value can be wrong about: what is missing, what
// excludes what, and what must differ between accounts.
func (d *decoder) check() {
	d.checkParallel("parallel.node", d.cfg.Parallel.Node)
	d.checkParallel("parallel.bucket", d.cfg.Parallel.Bucket)
	d.checkParallel("parallel.api-key", d.cfg.Parallel.APIKey)
	d.checkPolicy("defaults", d.cfg.Defaults)
	if len(d.cfg.Accounts) == 0 && !d.faulty("accounts") {
		d.at("accounts", "no account is configured", "add an account with uin, source and bucket")
	}
	first := map[string]int{}
	for i, a := range d.cfg.Accounts {
		path := "accounts[" + strconv.Itoa(i) + "]"
		d.checkAccount(path, a)
		d.checkRates(path+".source.api", a.Source.API)
		if api := &d.cfg.Accounts[i].Source.API; !d.set(path + ".source.api.endpoint") {
			api.Endpoint = endpointOf(api.Kind)
		}
		if a.Bucket.URL == nil {
			continue
		}
		place := a.UIN + " " + a.Bucket.URL.String() + " " + a.Bucket.Prefix
		if j, doubled := first[place]; doubled {
			d.at(path, "delivers the same uin to the same bucket and prefix as accounts["+strconv.Itoa(j)+"]", "remove one of the two, or change the prefix")
			continue
		}
		first[place] = i
	}
	d.checkListen("http.listen", d.cfg.HTTP.Listen)
	d.checkAPI()
}

func (d *decoder) checkParallel(path string, n int) {
	if (n < 1 || n > mostAtOnce) && !d.faulty(path) {
		d.at(path, strconv.Itoa(n)+" is not within 1 and "+strconv.Itoa(mostAtOnce), "write how many accounts are worked on at once")
	}
}

var (
	uinPattern      = regexp.MustCompile(`^[0-9]{6,20}$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
)

func (d *decoder) checkAccount(path string, a Account) {
	if d.required(path+".uin", a.UIN != "") && !uinPattern.MatchString(a.UIN) {
		d.at(path+".uin", quote(a.UIN)+" is not 6 to 20 digits", "write the account's uin, digits alone")
	}
	d.checkSource(path+".source", a.Source)
	d.checkBucket(path+".bucket", a.Bucket)
	d.checkPolicy(path, a.Policy)
}

// checkPolicy checks what is written at path, not what was merged into it.
func (d *decoder) checkPolicy(path string, p Policy) {
	if d.set(path+".currency") && !currencyPattern.MatchString(p.Currency) {
		d.at(path+".currency", quote(p.Currency)+" is no currency", "write three capital letters, like USD")
	}
	for i, c := range p.Focus.Constants {
		here := fmt.Sprintf("%s.focus.constants[%d]", path, i)
		if d.set(here) && !strings.HasPrefix(c.Name, "x_") {
			d.at(here+".name", quote(c.Name)+" does not begin with x_", "FOCUS wants custom columns to: write x_CostCenter")
		}
	}
	for i, product := range p.Products {
		if here := fmt.Sprintf("%s.products[%d]", path, i); d.set(here) {
			d.required(here+".product", product.Product != "")
		}
	}
}

func (d *decoder) checkSource(path string, s Source) {
	api, files := d.set(path+".api"), d.set(path+".files")
	switch {
	case api && files:
		d.at(path, "has both api and files", "keep one of the two")
	case api && s.API.Credentials == CredentialsKey:
		d.checkKeyPair(path+".api", s.API.SecretID, s.API.SecretKey)
	case api && s.API.SecretID != "":
		d.at(path+".api.secret-id", "stands beside credentials: "+string(s.API.Credentials), "keep one of the two")
	case api && !s.API.SecretKey.IsZero():
		d.at(path+".api.secret-key", "stands beside credentials: "+string(s.API.Credentials), "keep one of the two")
	case !api && !files && !d.faulty(path):
		d.at(path, "is missing: say where the bill comes from", "add source.files or source.api")
	}
}

const mostRate = 10_000

func (d *decoder) checkRates(path string, api APISource) {
	for _, r := range []struct {
		key  string
		rate int
	}{{"detail-rate", api.DetailRate}, {"summary-rate", api.SummaryRate}, {"partner-rate", api.PartnerRate}} {
		if here := path + "." + r.key; (r.rate < 1 || r.rate > mostRate) && !d.faulty(here) {
			d.at(here, strconv.Itoa(r.rate)+" is not within 1 and "+strconv.Itoa(mostRate), "leave it out: the default is what the provider takes")
		}
	}
}

func (d *decoder) checkBucket(path string, b Bucket) {
	d.required(path+".url", b.URL != nil)
	d.checkKeyPair(path, b.SecretID, b.SecretKey)
	if wrong := checkKeyText(b.Prefix); wrong != nil {
		d.at(path+".prefix", wrong.what, wrong.try)
	} else if b.Prefix != "" && !strings.HasSuffix(b.Prefix, "/") {
		d.at(path+".prefix", "does not end with a slash", "write "+quote(b.Prefix+"/"))
	}
	if (b.PartSize < leastPart || b.PartSize > mostPart) && !d.faulty(path+".part-size") {
		d.at(path+".part-size", b.PartSize.String()+" is not within 1MiB and 1GiB", "leave it out: 8MiB carry files up to 78 GiB")
	}
	if (b.ParallelParts < 1 || b.ParallelParts > mostParallel) && !d.faulty(path+".parallel-parts") {
		d.at(path+".parallel-parts", strconv.Itoa(b.ParallelParts)+" is not within 1 and "+strconv.Itoa(mostParallel), "leave it out: 4 parts are sent at once")
	}
}

// checkKeyPair demands a secret id and its key, from wherever.
func (d *decoder) checkKeyPair(path, id string, key Secret) {
	d.required(path+".secret-id", id != "")
	if !d.set(path + ".secret-key-file") { // else it was read, or that is a problem already
		d.required(path+".secret-key", !key.IsZero())
	}
}

// required reports whether a value is there; else its absence is a problem,
// unless what stands in its place is one already.
func (d *decoder) required(path string, there bool) bool {
	if there || d.faulty(path) {
		return there
	}
	key := path[strings.LastIndexByte(path, '.')+1:]
	try := "add " + key
	if key == "secret-key" {
		try = "add secret-key-file (or secret-key)"
	}
	d.at(path, "is missing", try)
	return false
}

// faulty reports whether path, or what it lies in, is known to be wrong.
func (d *decoder) faulty(path string) bool {
	for ; path != ""; path = above(path) {
		if d.wrongAt[path] {
			return true
		}
	}
	return false
}

func (d *decoder) checkAPI() {
	api := d.cfg.API
	d.checkListen("api.listen", api.Listen)
	_, port, _ := net.SplitHostPort(api.Listen)
	if api.Listen != "" && api.Listen == d.cfg.HTTP.Listen && port != "0" {
		d.at("api.listen", "is the address of http.listen too", "give each a port of its own")
	}
	if api.Listen != "" && len(api.Keys) == 0 {
		d.at("api.keys", "is missing: nobody could ask", "add a key with secret-id, secret-key-file and accounts")
	}
	configured := make(map[string]bool, len(d.cfg.Accounts))
	for i := range d.cfg.Accounts {
		configured[d.cfg.Accounts[i].UIN] = true
	}
	var ids []string
	for i, key := range api.Keys {
		path := "api.keys[" + strconv.Itoa(i) + "]"
		d.checkKeyPair(path, key.SecretID, key.SecretKey)
		if slices.Contains(ids, key.SecretID) && key.SecretID != "" {
			d.at(path+".secret-id", "is the id of another key already", "give each key an id of its own")
		}
		ids = append(ids, key.SecretID)
		d.required(path+".accounts", len(key.Accounts) > 0)
		d.checkKeyAccounts(path+".accounts", key.Accounts, configured)
	}
}

func (d *decoder) checkKeyAccounts(path string, uins []string, configured map[string]bool) {
	listed := make(map[string]bool, len(uins))
	for i, uin := range uins {
		here := path + "[" + strconv.Itoa(i) + "]"
		switch {
		case listed[uin]:
			d.at(here, quote(uin)+" is listed already", "remove it")
		case !configured[uin]:
			d.at(here, quote(uin)+" is no configured account", "add it under accounts, or remove it here")
		}
		listed[uin] = true
	}
}

func (d *decoder) checkListen(path, listen string) {
	if listen == "" {
		return
	}
	const try = "write host:port, like 127.0.0.1:8480"
	host, port, err := net.SplitHostPort(listen)
	if err != nil || host != "" && !hostPattern.MatchString(host) {
		d.at(path, quote(listen)+" is no address", try)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		d.at(path, quote(port)+" is no port", try)
	}
}
