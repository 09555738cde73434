package main

import (
	"net"
	"regexp"
	"slices"
	"strings"

	"deliverd/internal/config"
	"deliverd/internal/period"
)

// credentialJSON is the least policy for one secret id (docs/json.md).
type credentialJSON struct {
	SecretID string     `json:"secretId"`
	Policy   policyJSON `json:"policy"`
}

// policyJSON is a policy document of the provider's access management (CAM).
type policyJSON struct {
	Version   string          `json:"version"`
	Statement []statementJSON `json:"statement"`
}

type statementJSON struct {
	Effect   string   `json:"effect"`
	Action   []string `json:"action"`
	Resource []string `json:"resource"`
}

// bucketPlace is what an ARN of the provider says of a bucket.
type bucketPlace struct{ name, appID, region string }

var bucketHost = regexp.MustCompile(`^([a-z0-9-]+-([0-9]+))\.cos(?:-internal)?\.([a-z]+-[a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)(?::[0-9]+)?$`)

// placeOf takes the bucket's host apart; ok is false for one that does not tell
// name and region.
func bucketPlaceOf(a config.Account) (place bucketPlace, ok bool) {
	m := bucketHost.FindStringSubmatch(a.Bucket.URL.Host)
	if m == nil {
		return bucketPlace{}, false
	}
	return bucketPlace{m[1], m[2], m[3]}, true
}

var namedBucket = regexp.MustCompile(`^[a-z0-9-]+-([0-9]+)$`)

// sourceOf is the bucket of the account's bill files: it lies in the region of
// the other.
func sourceOf(a config.Account) (place bucketPlace, ok bool) {
	there, ok := bucketPlaceOf(a)
	m := namedBucket.FindStringSubmatch(a.Source.Files.Bucket)
	if !ok || m == nil {
		return bucketPlace{}, false
	}
	return bucketPlace{m[0], m[1], there.region}, true
}

// resource is an ARN of the keys that path stands for.
func (b bucketPlace) resource(path string) string {
	return "qcs::cos:" + b.region + ":uid/" + b.appID + ":" + b.name + "/" + path
}

// policyItem says whether the account is in a policy.
func policyItem(a config.Account) itemJSON {
	const name, try = "policy", "write the bucket's own host: https://NAME-APPID.cos.REGION.myqcloud.com"
	host := a.Bucket.URL.Hostname()
	_, known := bucketPlaceOf(a)
	_, read := sourceOf(a)
	switch {
	case !known && (host == "localhost" || net.ParseIP(host).IsLoopback()):
		return okItem(name, "none: a bucket on this machine has no policies")
	case !known:
		return warningItem(name, try, "none: %s does not tell the bucket's name, APPID and region", host)
	case a.Source.Files.Bucket != "" && !read:
		return warningItem(name, "name the bucket with its APPID: cos://NAME-APPID/prefix", "without the reading of %s, which tells no APPID", a.Source.Files)
	default:
		return okItem(name, "in that of %s", a.Bucket.SecretID)
	}
}

// policies are, for each secret id, exactly what its accounts need: to write
// their own keys, to list their bucket, and to read bill files that lie in a
// bucket. Whether the right to list can be narrowed to a prefix is not
// documented, so it is not.
func policies(accounts []config.Account) []credentialJSON {
	rights := make(map[string]*granted)
	ids := []string{}
	for _, a := range accounts {
		place, ok := bucketPlaceOf(a)
		if !ok {
			continue
		}
		g := rights[a.Bucket.SecretID]
		if g == nil {
			g = &granted{write: map[string]bool{}, listUploads: map[string]bool{}, list: map[string]bool{}, read: map[string]bool{}}
			rights[a.Bucket.SecretID] = g
			ids = append(ids, a.Bucket.SecretID)
		}
		g.write[place.resource(a.Bucket.Prefix+period.KeyPrefix(a.UIN)+"*")] = true
		g.listUploads[place.resource("*")] = true
		if from, ok := sourceOf(a); ok {
			g.list[from.resource("*")] = true
			g.read[from.resource(folder(a.Source.Files.Prefix)+"*")] = true
		}
	}
	all := []credentialJSON{}
	for _, id := range ids {
		all = append(all, credentialJSON{id, rights[id].policy()})
	}
	return all
}

// folder is a prefix as bill files are looked for below it.
func folder(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return prefix
	}
	return prefix + "/"
}

// granted is what one sub-account may do, by resource.
type granted struct{ write, listUploads, list, read map[string]bool }

func (g *granted) policy() policyJSON {
	p := policyJSON{Version: "2.0"}
	p.allow(g.write, "PutObject", "HeadObject", "InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload")
	p.allow(g.listUploads, "GetBucket", "ListMultipartUploads")
	for resource := range g.listUploads {
		delete(g.list, resource) // it may be listed already
	}
	p.allow(g.list, "GetBucket")
	p.allow(g.read, "HeadObject", "GetObject")
	return p
}

func (p *policyJSON) allow(resources map[string]bool, actions ...string) {
	if len(resources) == 0 {
		return
	}
	s := statementJSON{Effect: "allow"}
	for _, action := range actions {
		s.Action = append(s.Action, "name/cos:"+action)
	}
	for resource := range resources {
		s.Resource = append(s.Resource, resource)
	}
	slices.Sort(s.Resource)
	p.Statement = append(p.Statement, s)
}
