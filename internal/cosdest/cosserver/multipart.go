package cosserver

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"
)

const (
	leastPart = 1 << 20 // of every part but the last
	mostParts = 10000
)

func (c *call) initiate() error {
	u := &upload{ID: newID(), Key: c.event.Key, Initiated: c.now().UTC(), Header: headersOf(c.r.Header)}
	if err := c.store.openUpload(u); err != nil {
		return err
	}
	c.event.UploadID = u.ID
	c.xml(http.StatusOK, struct {
		XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
		Bucket   string
		Key      string
		UploadID string `xml:"UploadId"`
	}{Bucket: c.bucket, Key: u.Key, UploadID: u.ID})
	return nil
}

// partTarget gives the upload and the number that a part is for.
func (c *call) partTarget() (*upload, error) {
	if c.event.Part < 1 || c.event.Part > mostParts {
		return nil, errArgument.because("partNumber must be 1 to 10000.")
	}
	return c.store.findUpload(c.event.Key, c.event.UploadID)
}

func (c *call) putPart() error {
	u, err := c.partTarget()
	if err != nil {
		return err
	}
	if c.r.ContentLength < 0 {
		return &failure{411, "MissingContentLength", "A part needs a Content-Length."}
	}
	got, err := c.receive()
	if err != nil {
		return err
	}
	p, err := c.store.addPart(u, c.event.Part, got, c.now())
	if err != nil {
		return err
	}
	c.w.Header().Set("ETag", p.ETag)
	c.w.Header().Set(crcHeader, formatCRC(p.CRC64))
	c.empty(http.StatusOK)
	return nil
}

type completeXML struct {
	XMLName xml.Name `xml:"CompleteMultipartUpload"`
	Parts   []struct {
		PartNumber int
		ETag       string
	} `xml:"Part"`
}

func (c *call) complete() error {
	const mostBody = 4 << 20
	var wanted completeXML
	if err := xml.NewDecoder(io.LimitReader(c.r.Body, mostBody)).Decode(&wanted); err != nil {
		return errMalformed
	}
	u, err := c.store.findUpload(c.event.Key, c.event.UploadID)
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return errNoSuchUpload
	}
	parts, err := u.choose(wanted)
	if err != nil {
		return err
	}
	e, err := c.assemble(u, parts)
	if err != nil {
		return err
	}
	if err := c.store.closeUpload(u, false); err != nil {
		return err
	}
	c.w.Header().Set(crcHeader, formatCRC(e.CRC64))
	c.xml(http.StatusOK, struct {
		XMLName  xml.Name `xml:"CompleteMultipartUploadResult"`
		Location string
		Bucket   string
		Key      string
		ETag     string
	}{Location: c.r.Host + "/" + u.Key, Bucket: c.bucket, Key: u.Key, ETag: e.ETag})
	return nil
}

// choose checks the list of a Complete against the parts that are there.
func (u *upload) choose(wanted completeXML) ([]part, error) {
	if len(wanted.Parts) == 0 {
		return nil, errMalformed
	}
	var chosen []part
	for i, want := range wanted.Parts {
		switch {
		case i > 0 && want.PartNumber <= wanted.Parts[i-1].PartNumber:
			return nil, errPartOrder
		case want.PartNumber != i+1:
			return nil, errPart.because("The part numbers have a gap.")
		}
		p, ok := u.parts[want.PartNumber]
		if !ok || strings.Trim(p.ETag, `"`) != strings.Trim(want.ETag, `"`) {
			return nil, errPart
		}
		if i < len(wanted.Parts)-1 && p.Size < leastPart {
			return nil, errTooSmall
		}
		chosen = append(chosen, p)
	}
	return chosen, nil
}

// assemble makes the object of the parts. The caller holds u.mu. What was
// summed when the parts came is not summed again: sums combine, as they do at
// COS.
func (c *call) assemble(u *upload, parts []part) (entry, error) {
	e := entry{Key: u.Key, Modified: c.now().UTC(), Header: u.Header, UploadID: u.ID}
	digest := md5.New()
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = c.store.path("uploads", u.ID, p.File)
		e.Size += p.Size
		e.CRC64 = cos.CRC64Combine(e.CRC64, p.CRC64, p.Size)
		digest.Write([]byte(p.ETag))
	}
	e.ETag = `"` + hex.EncodeToString(digest.Sum(nil)) + "-" + strconv.Itoa(len(parts)) + `"`
	file, err := c.store.join(names, e.Size)
	if err != nil {
		return entry{}, err
	}
	return e, c.store.publish(e, file, c.forbidsOverwrite())
}

func (c *call) abort() error {
	u, err := c.store.findUpload(c.event.Key, c.event.UploadID)
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return errNoSuchUpload
	}
	if err := c.store.closeUpload(u, true); err != nil {
		return err
	}
	c.empty(http.StatusNoContent)
	return nil
}

type ownerXML struct {
	ID          string
	DisplayName string
}

type partXML struct {
	PartNumber   int
	LastModified string
	ETag         string
	Size         int64
}

func (c *call) listParts() error {
	u, err := c.store.findUpload(c.event.Key, c.event.UploadID)
	if err != nil {
		return err
	}
	query := c.r.URL.Query()
	most, err := limit(query.Get("max-parts"))
	if err != nil {
		return err
	}
	marker, _ := strconv.Atoi(query.Get("part-number-marker"))
	result := struct {
		XMLName              xml.Name `xml:"ListPartsResult"`
		Bucket               string
		EncodingType         string `xml:"Encoding-type,omitempty"`
		Key                  string
		UploadID             string `xml:"UploadId"`
		Initiator            ownerXML
		Owner                ownerXML
		StorageClass         string
		PartNumberMarker     int
		NextPartNumberMarker int `xml:",omitempty"`
		MaxParts             int
		IsTruncated          bool
		Part                 []partXML
	}{Bucket: c.bucket, Key: c.encode(u.Key), EncodingType: query.Get("encoding-type"), UploadID: u.ID,
		StorageClass: "STANDARD", PartNumberMarker: marker, MaxParts: most, Initiator: owner(), Owner: owner()}
	for _, p := range u.sortedParts() {
		if p.Number <= marker {
			continue
		}
		if len(result.Part) == most {
			result.IsTruncated = true
			result.NextPartNumberMarker = result.Part[most-1].PartNumber
			break
		}
		result.Part = append(result.Part, partXML{p.Number, stamp(p.Modified), p.ETag, p.Size})
	}
	c.xml(http.StatusOK, result)
	return nil
}

func owner() ownerXML {
	return ownerXML{ID: "qcs::cam::uin/100000000001:uin/100000000001", DisplayName: "100000000001"}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// limit reads max-keys and its like: 1 to 1000, 1000 if it is not given.
func limit(s string) (int, error) {
	if s == "" {
		return 1000, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, errArgument.because("The page size must be a number from 1 up.")
	}
	return min(n, 1000), nil
}
