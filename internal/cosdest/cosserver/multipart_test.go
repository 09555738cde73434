package cosserver_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/cosdest/cosserver"
)

func (w *wire) initiate(path string, headers ...string) string {
	w.t.Helper()
	r := w.want(w.do("POST "+path+"?uploads", "", headers...), 200, "")
	return between(r.body, "<UploadId>", "</UploadId>")
}

func (w *wire) part(path, id string, number int, body string) string {
	w.t.Helper()
	r := w.want(w.do(fmt.Sprintf("PUT %s?partNumber=%d&uploadId=%s", path, number, id), body), 200, "")
	if got, want := r.header.Get("x-cos-hash-crc64ecma"), crcOf(body); got != want {
		w.t.Errorf("part %d: crc-64 %s, want %s", number, got, want)
	}
	return r.header.Get("ETag")
}

// complete lists parts as number, etag, ...
func (w *wire) complete(path, id string, parts ...any) reply {
	w.t.Helper()
	var b strings.Builder
	b.WriteString("<CompleteMultipartUpload>")
	for i := 0; i < len(parts); i += 2 {
		fmt.Fprintf(&b, "<Part><PartNumber>%v</PartNumber><ETag>%v</ETag></Part>", parts[i], parts[i+1])
	}
	b.WriteString("</CompleteMultipartUpload>")
	return w.do("POST "+path+"?uploadId="+id, b.String(), "Content-Type", "application/xml")
}

func TestMultipart(t *testing.T) {
	w := newWire(t)
	id := w.initiate("/a", "x-cos-meta-rows", "7", "Content-Type", "text/csv")
	if strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || id == "" {
		t.Errorf("upload id %q: want [a-z0-9]+", id)
	}
	big := strings.Repeat("x", mib)
	w.part("/a", id, 2, "wrong")
	e1, e2 := w.part("/a", id, 1, big), w.part("/a", id, 2, "tail")
	w.want(w.do("HEAD /a", ""), 404, "")
	r := w.want(w.complete("/a", id, 1, e1, 2, e2), 200, "")
	if got, want := r.header.Get("x-cos-hash-crc64ecma"), crcOf(big+"tail"); got != want {
		t.Errorf("crc-64: got %s, want %s", got, want)
	}
	head := w.do("HEAD /a", "")
	if etag := head.header.Get("ETag"); !strings.HasSuffix(etag, `-2"`) || !strings.HasPrefix(etag, `"`) {
		t.Errorf("etag: got %s, want it quoted, with the number of parts", etag)
	}
	if head.header.Get("x-cos-meta-rows") != "7" || head.header.Get("Content-Type") != "text/csv" || head.header.Get("Content-Length") != fmt.Sprint(mib+4) {
		t.Errorf("headers: %v", head.header)
	}
	if got := w.do("GET /a", ""); got.body != big+"tail" {
		t.Errorf("content: got %d bytes", len(got.body))
	}
	w.want(w.complete("/a", id, 1, e1, 2, e2), 404, "NoSuchUpload")
	w.want(w.do("PUT /a?partNumber=1&uploadId="+id, "x"), 404, "NoSuchUpload")
	w.want(w.do("DELETE /a?uploadId="+id, ""), 404, "NoSuchUpload")
}

func TestPartRules(t *testing.T) {
	w := newWire(t)
	id := w.initiate("/a")
	big := strings.Repeat("x", mib)
	e1, e2, e3 := w.part("/a", id, 1, big), w.part("/a", id, 2, "small"), w.part("/a", id, 3, big)
	w.want(w.complete("/a", id, 1, e1, 3, e3, 2, e2), 400, "InvalidPart")
	w.want(w.complete("/a", id, 2, e2, 1, e1), 400, "InvalidPart")
	w.want(w.complete("/a", id, 1, e1, 1, e1), 400, "InvalidPartOrder")
	w.want(w.complete("/a", id, 1, e1, 3, e3), 400, "InvalidPart")
	w.want(w.complete("/a", id, 1, e2), 400, "InvalidPart")
	w.want(w.complete("/a", id, 1, e1, 2, e2, 3, e3), 400, "EntityTooSmall")
	w.want(w.complete("/a", id), 400, "MalformedXML")
	w.want(w.do("POST /a?uploadId="+id, "<Compl"), 400, "MalformedXML")
	w.want(w.complete("/b", id, 1, e1), 404, "NoSuchUpload")
	for _, number := range []string{"0", "10001", "-1", "x"} {
		w.want(w.do("PUT /a?partNumber="+number+"&uploadId="+id, "x"), 400, "InvalidArgument")
	}
	w.want(w.do("PUT /a?partNumber=1&uploadId="+id, "x", "Transfer-Encoding", "chunked"), 411, "MissingContentLength")
	w.want(w.do("PUT /a?partNumber=1&uploadId="+id, "x", "Content-MD5", "AAAA"), 400, "BadDigest")
	w.want(w.do("HEAD /a", ""), 404, "")
	w.want(w.complete("/a", id, 1, strings.Trim(e1, `"`), 2, e2), 200, "")
}

func TestForbidOverwriteOnComplete(t *testing.T) {
	w := newWire(t)
	id := w.initiate("/a")
	etag := w.part("/a", id, 1, "ours")
	w.do("PUT /a", "theirs")
	body := "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>"
	w.want(w.do("POST /a?uploadId="+id, body, "x-cos-forbid-overwrite", "true"), 409, "FileAlreadyExists")
	if r := w.do("GET /a", ""); r.body != "theirs" {
		t.Errorf("got %q, want theirs", r.body)
	}
	w.want(w.do("POST /a?uploadId="+id, body), 200, "")
	if r := w.do("GET /a", ""); r.body != "ours" {
		t.Errorf("got %q, want ours", r.body)
	}
}

func TestListPartsPages(t *testing.T) {
	w := newWire(t)
	id := w.initiate("/a")
	for n := 1; n <= 5; n++ {
		w.part("/a", id, n, strings.Repeat("x", n))
	}
	var got []string
	for marker := "0"; marker != ""; {
		r := w.want(w.do("GET /a?uploadId="+id+"&max-parts=2&part-number-marker="+marker, ""), 200, "")
		got = append(got, strings.Join(all(r.body, "PartNumber"), " ")+" of "+strings.Join(all(r.body, "Size"), " "))
		marker = between(r.body, "<NextPartNumberMarker>", "</NextPartNumberMarker>")
	}
	if diff := cmp.Diff([]string{"1 2 of 1 2", "3 4 of 3 4", "5 of 5"}, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestListUploadsPages(t *testing.T) {
	w := newWire(t)
	ids := make(map[string]bool)
	for _, p := range []string{"/p/a", "/p/a", "/p/b%20%C3%BC", "/q", "/p/a/x"} {
		ids[w.initiate(p)] = true
	}
	var keys []string
	for marker := "?"; marker != ""; {
		r := w.want(w.do("GET /?uploads&encoding-type=url&prefix=p&max-uploads=1"+marker[1:], ""), 200, "")
		keys = append(keys, all(r.body, "Key")...)
		for _, id := range all(r.body, "UploadId") {
			delete(ids, id)
		}
		marker = ""
		if next := between(r.body, "<NextKeyMarker>", "</NextKeyMarker>"); next != "" {
			marker = "?&key-marker=" + next + "&upload-id-marker=" + between(r.body, "<NextUploadIdMarker>", "</NextUploadIdMarker>")
		}
	}
	if diff := cmp.Diff([]string{"p/a", "p/a", "p/a/x", "p/b%20%C3%BC"}, keys); diff != "" || len(ids) != 1 {
		t.Errorf("keys (-want +got), %d ids left, want that of q:\n%s", len(ids), diff)
	}
	r := w.do("GET /?uploads&delimiter=%2F", "")
	if got := all(r.body, "Key"); len(got) != 1 || !strings.Contains(r.body, "<CommonPrefixs><Prefix>p/</Prefix>") {
		t.Errorf("with a delimiter: %s", r.body)
	}
}

func TestCopyPart(t *testing.T) {
	w := newWire(t)
	source := strings.Repeat("0123456789", mib/10+1)
	w.do("PUT /src", source)
	id := w.initiate("/a")
	r := w.want(w.do("PUT /a?partNumber=1&uploadId="+id, "", "x-cos-copy-source", "b-1.cos.ap-x.myqcloud.com/src",
		"x-cos-copy-source-range", fmt.Sprintf("bytes=1-%d", mib)), 200, "")
	e1 := strings.ReplaceAll(between(r.body, "<ETag>", "</ETag>"), "&#34;", `"`)
	w.want(w.complete("/a", id, 1, e1, 2, w.part("/a", id, 2, "tail")), 200, "")
	if got := w.do("GET /a", ""); got.body != source[1:mib+1]+"tail" {
		t.Errorf("content: got %d bytes", len(got.body))
	}
}

func TestUploadsSurviveARestart(t *testing.T) {
	w := newWire(t)
	id, gone := w.initiate("/a", "x-cos-meta-rows", "7"), w.initiate("/b")
	e1 := w.part("/a", id, 1, strings.Repeat("x", mib))
	w.want(w.do("DELETE /b?uploadId="+gone, ""), 204, "")
	again := newWire(t, func(c *cosserver.Config) { c.Dir = w.dir })
	if got := all(again.do("GET /?uploads", "").body, "Key"); len(got) != 1 || got[0] != "a" {
		t.Errorf("open uploads: got %v, want a", got)
	}
	e2 := again.part("/a", id, 2, "tail")
	again.want(again.complete("/a", id, 1, e1, 2, e2), 200, "")
	if r := again.do("HEAD /a", ""); r.header.Get("x-cos-meta-rows") != "7" {
		t.Errorf("metadata: %v", r.header)
	}
}
