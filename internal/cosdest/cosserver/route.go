package cosserver

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// route names the operation and finds who handles it.
func (c *call) route() {
	key := strings.TrimPrefix(c.r.URL.Path, "/")
	query := c.r.URL.Query()
	c.event.Key = key
	c.event.UploadID = query.Get("uploadId")
	c.event.Part, _ = strconv.Atoi(query.Get("partNumber"))
	switch {
	case key == "" && c.r.Method == http.MethodGet && asksVersioning(query):
		c.event.Op, c.handle = "versioning", (*call).versioning
	case !understood(query):
		c.event.Op, c.handle = "unknown", (*call).refuseUnknown
	case key == "" && c.isService():
		c.event.Op, c.handle = "service", (*call).listBuckets
	case key == "":
		c.event.Op, c.handle = bucketOp(c.r.Method, query)
	default:
		c.event.Op, c.handle = c.objectOp(query)
	}
}

// understood refuses a sub-resource we do not know, before it is taken for an
// ordinary request: a tag set written as the object would destroy it.
func understood(query url.Values) bool {
	known := []string{"prefix", "marker", "max-keys", "delimiter", "encoding-type", "versionId",
		"uploads", "uploadId", "partNumber", "key-marker", "upload-id-marker", "max-uploads",
		"part-number-marker", "max-parts", "delete"}
	for name, values := range query {
		lower := strings.ToLower(name)
		switch {
		case name == "versionId" && strings.Join(values, "") != "":
			return false
		case slices.Contains(known, name), strings.HasPrefix(lower, "q-"),
			strings.HasPrefix(lower, "x-cos-security-token"), strings.HasPrefix(lower, "response-"), lower == "sign":
		default:
			return false
		}
	}
	return true
}

// asksVersioning takes ?versioning for a question about the bucket, when
// nothing but a signature stands beside it.
func asksVersioning(query url.Values) bool {
	rest := maps.Clone(query)
	delete(rest, "versioning")
	return query.Has("versioning") && understood(rest)
}

func bucketOp(method string, query url.Values) (string, func(*call) error) {
	switch {
	case method == http.MethodGet && query.Has("uploads"):
		return "list-uploads", (*call).listUploads
	case method == http.MethodGet:
		return "list", (*call).listObjects
	case method == http.MethodHead:
		return "head-bucket", (*call).headBucket
	case method == http.MethodPost && query.Has("delete"):
		return "delete", (*call).deleteObjects
	}
	return "unknown", (*call).refuseUnknown
}

func (c *call) objectOp(query url.Values) (string, func(*call) error) {
	upload := query.Has("uploadId")
	switch c.r.Method {
	case http.MethodGet:
		if upload {
			return "list-parts", (*call).listParts
		}
		return "get", (*call).getObject
	case http.MethodHead:
		return "head", (*call).getObject
	case http.MethodPut:
		return c.putOp(upload)
	case http.MethodPost:
		if query.Has("uploads") {
			return "initiate", (*call).initiate
		}
		if upload {
			return "complete", (*call).complete
		}
	case http.MethodDelete:
		if upload {
			return "abort", (*call).abort
		}
		return "delete", (*call).deleteObject
	}
	return "unknown", (*call).refuseUnknown
}

func (c *call) putOp(upload bool) (string, func(*call) error) {
	copied := c.r.Header.Get("x-cos-copy-source") != ""
	switch {
	case upload && copied:
		return "part", (*call).copyPart
	case upload:
		return "part", (*call).putPart
	case copied:
		return "put", (*call).copyObject
	default:
		return "put", (*call).putObject
	}
}

func (c *call) isService() bool { return strings.HasPrefix(c.r.Host, "service.cos.") }

func (c *call) refuseUnknown() error {
	return &failure{501, "NotImplemented", "this local bucket does not know the request"}
}
