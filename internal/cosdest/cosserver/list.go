package cosserver

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

type objectXML struct {
	Key          string
	LastModified string
	ETag         string
	Size         int64
	Owner        ownerXML
	StorageClass string
}

type prefixXML struct{ Prefix string }

type listXML struct {
	XMLName        xml.Name `xml:"ListBucketResult"`
	Name           string
	EncodingType   string `xml:",omitempty"`
	Prefix         string
	Marker         string
	MaxKeys        int
	Delimiter      string `xml:",omitempty"`
	IsTruncated    bool
	NextMarker     string `xml:",omitempty"`
	Contents       []objectXML
	CommonPrefixes []prefixXML
}

func (c *call) listObjects() error {
	query := c.r.URL.Query()
	most, err := limit(query.Get("max-keys"))
	if err != nil {
		return err
	}
	prefix, marker, delimiter := query.Get("prefix"), query.Get("marker"), query.Get("delimiter")
	result := listXML{Name: c.bucket, EncodingType: query.Get("encoding-type"), Prefix: c.encode(prefix),
		Marker: c.encode(marker), MaxKeys: most, Delimiter: c.encode(delimiter)}
	last, rolled := "", ""
	c.store.after(prefix, marker, func(e entry) bool {
		common := commonPrefix(e.Key, prefix, delimiter)
		if c.tooFresh(e) || common != "" && (common == rolled || common <= marker) {
			return true
		}
		if len(result.Contents)+len(result.CommonPrefixes) == most {
			result.IsTruncated = true
			result.NextMarker = c.encode(last)
			return false
		}
		if common != "" {
			rolled, last = common, common
			result.CommonPrefixes = append(result.CommonPrefixes, prefixXML{c.encode(common)})
			return true
		}
		last = e.Key
		result.Contents = append(result.Contents, objectXML{Key: c.encode(e.Key), LastModified: stamp(e.Modified),
			ETag: e.ETag, Size: e.Size, Owner: owner(), StorageClass: "STANDARD"})
		return true
	})
	c.xml(http.StatusOK, result)
	return nil
}

// commonPrefix is key up to and with the first delimiter behind prefix; empty
// if there is none.
func commonPrefix(key, prefix, delimiter string) string {
	if delimiter == "" {
		return ""
	}
	at := strings.Index(key[len(prefix):], delimiter)
	if at < 0 {
		return ""
	}
	return key[:len(prefix)+at+len(delimiter)]
}

// encode writes a key as the request wants it. COS leaves the slash alone, and
// some clients rely on it.
func (c *call) encode(s string) string {
	if c.r.URL.Query().Get("encoding-type") != "url" {
		return s
	}
	return escapedBut(s, "-_.~/")
}

// tooFresh says that a lagging listing does not show e yet.
func (c *call) tooFresh(e entry) bool {
	lag, ok := c.r.Context().Value(lagKey{}).(time.Duration)
	return ok && e.Modified.Add(lag).After(c.now())
}

func (c *call) headBucket() error {
	c.empty(http.StatusOK)
	return nil
}

type versioningXML struct {
	XMLName xml.Name `xml:"VersioningConfiguration"`
	Status  string   `xml:",omitempty"` // empty: it was never switched on
}

// versioning answers that there is none; a fault says otherwise.
func (c *call) versioning() error {
	c.xml(http.StatusOK, versioningXML{})
	return nil
}

func (c *call) listBuckets() error {
	c.xml(http.StatusOK, struct {
		XMLName xml.Name `xml:"ListAllMyBucketsResult"`
		Owner   ownerXML
		Buckets []struct{ Name string } `xml:"Buckets>Bucket"`
	}{Owner: owner(), Buckets: []struct{ Name string }{{c.bucket}}})
	return nil
}

type uploadXML struct {
	Key          string
	UploadID     string `xml:"UploadId"`
	StorageClass string
	Initiator    ownerXML
	Owner        ownerXML
	Initiated    string
}

type uploadsXML struct {
	XMLName            xml.Name `xml:"ListMultipartUploadsResult"`
	Bucket             string
	EncodingType       string `xml:"Encoding-Type,omitempty"`
	KeyMarker          string
	UploadIDMarker     string `xml:"UploadIdMarker"`
	NextKeyMarker      string `xml:",omitempty"`
	NextUploadIDMarker string `xml:"NextUploadIdMarker,omitempty"`
	MaxUploads         int
	IsTruncated        bool
	Prefix             string
	Delimiter          string      `xml:",omitempty"`
	CommonPrefixes     []prefixXML `xml:"CommonPrefixs"`
	Upload             []uploadXML
}

func (c *call) listUploads() error {
	query := c.r.URL.Query()
	most, err := limit(query.Get("max-uploads"))
	if err != nil {
		return err
	}
	prefix, delimiter := query.Get("prefix"), query.Get("delimiter")
	key, id := query.Get("key-marker"), query.Get("upload-id-marker")
	result := uploadsXML{Bucket: c.bucket, EncodingType: query.Get("encoding-type"), Prefix: c.encode(prefix),
		KeyMarker: c.encode(key), UploadIDMarker: id, MaxUploads: most, Delimiter: c.encode(delimiter)}
	lastKey, lastID := "", ""
	for _, u := range c.store.openUploads() {
		if !strings.HasPrefix(u.Key, prefix) || u.Key < key || u.Key == key && (id == "" || u.ID <= id) {
			continue
		}
		common := commonPrefix(u.Key, prefix, delimiter)
		if common != "" && (common == lastKey || common <= key) {
			continue
		}
		if len(result.Upload)+len(result.CommonPrefixes) == most {
			result.IsTruncated = true
			result.NextKeyMarker, result.NextUploadIDMarker = c.encode(lastKey), lastID
			break
		}
		if common != "" {
			lastKey, lastID = common, ""
			result.CommonPrefixes = append(result.CommonPrefixes, prefixXML{c.encode(common)})
			continue
		}
		lastKey, lastID = u.Key, u.ID
		result.Upload = append(result.Upload, uploadXML{Key: c.encode(u.Key), UploadID: u.ID, StorageClass: "STANDARD",
			Initiator: owner(), Owner: owner(), Initiated: stamp(u.Initiated)})
	}
	c.xml(http.StatusOK, result)
	return nil
}
