package cosserver

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// copySource opens the object that x-cos-copy-source names: HOST/KEY, escaped,
// and of this bucket.
func (c *call) copySource() (entry, *os.File, error) {
	source := c.r.Header.Get("x-cos-copy-source")
	source, _, _ = strings.Cut(source, "?versionId=")
	host, key, _ := strings.Cut(source, "/")
	key, err := url.PathUnescape(key)
	if err != nil || key == "" {
		return entry{}, nil, errArgument.because("x-cos-copy-source is not HOST/KEY.")
	}
	if label, rest, _ := strings.Cut(host, "."); strings.HasPrefix(rest, "cos.") && label != c.bucket {
		return entry{}, nil, errNoSuchBucket
	}
	return c.store.find(key)
}

func (c *call) copyObject() error {
	source, file, err := c.copySource()
	if err != nil {
		return err
	}
	defer file.Close()
	got, err := c.store.receive(file)
	if err != nil {
		return err
	}
	e := entry{Key: c.event.Key, Size: got.size, CRC64: got.crc, ETag: got.etag(),
		Modified: c.now().UTC(), Header: source.Header}
	if strings.EqualFold(c.r.Header.Get("x-cos-metadata-directive"), "Replaced") {
		e.Header = headersOf(c.r.Header)
	}
	if err := c.store.publish(e, got.file, c.forbidsOverwrite()); err != nil {
		return err
	}
	c.copied("CopyObjectResult", e.ETag, e.CRC64, e.Modified)
	return nil
}

func (c *call) copyPart() error {
	u, err := c.partTarget()
	if err != nil {
		return err
	}
	source, file, err := c.copySource()
	if err != nil {
		return err
	}
	defer file.Close()
	from, to := int64(0), source.Size
	if want := c.r.Header.Get("x-cos-copy-source-range"); want != "" {
		var partial, ok bool
		if from, to, partial, ok = byteRange(want, source.Size); !ok || !partial {
			return errRange
		}
	}
	got, err := c.store.receive(io.NewSectionReader(file, from, to-from))
	if err != nil {
		return err
	}
	p, err := c.store.addPart(u, c.event.Part, got, c.now())
	if err != nil {
		return err
	}
	c.copied("CopyPartResult", p.ETag, p.CRC64, p.Modified)
	return nil
}

func (c *call) copied(name, etag string, crc uint64, modified time.Time) {
	c.w.Header().Set(crcHeader, formatCRC(crc))
	c.xml(http.StatusOK, struct {
		XMLName      xml.Name
		ETag         string
		LastModified string
		CRC64        string
	}{XMLName: xml.Name{Local: name}, ETag: etag, LastModified: stamp(modified), CRC64: formatCRC(crc)})
}

// deleteObjects is the delete of several keys in one request.
func (c *call) deleteObjects() error {
	const mostBody = 4 << 20
	var wanted struct {
		XMLName xml.Name `xml:"Delete"`
		Quiet   bool
		Object  []struct{ Key string }
	}
	if err := xml.NewDecoder(io.LimitReader(c.r.Body, mostBody)).Decode(&wanted); err != nil {
		return errMalformed
	}
	type deleted struct{ Key string }
	result := struct {
		XMLName xml.Name `xml:"DeleteResult"`
		Deleted []deleted
	}{}
	for _, o := range wanted.Object {
		if err := c.store.remove(o.Key); err != nil {
			return err
		}
		if !wanted.Quiet {
			result.Deleted = append(result.Deleted, deleted(o))
		}
	}
	c.xml(http.StatusOK, result)
	return nil
}
