package cosdest

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/object"
)

// List yields the objects whose key begins with prefix in the order of their
// keys, as the bucket lists them: without CRC-64 and metadata, and for some
// seconds without an object just written. An error ends the listing; what came
// before it is no complete answer.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[object.Object, error] {
	return func(yield func(object.Object, error) bool) {
		for marker := ""; ; {
			page, err := b.page(ctx, prefix, marker, "")
			if err != nil {
				yield(object.Object{}, err)
				return
			}
			for _, o := range page.objects {
				if !yield(o, nil) {
					return
				}
			}
			if page.next == "" {
				return
			}
			marker = page.next
		}
	}
}

type page struct {
	objects  []object.Object
	prefixes []string // up to and with the delimiter
	next     string   // marker of the next page, empty on the last
}

// page asks for up to 1,000 entries after marker.
func (b *Bucket) page(ctx context.Context, prefix, marker, delimiter string) (page, error) {
	var p page
	err := b.repeat(ctx, request{
		op: "list " + prefix + "* of bucket " + b.url.Host, limit: b.timeouts.Request,
		send: func(ctx context.Context, _ io.Reader) (*cos.Response, error) {
			result, res, err := b.client.Bucket.Get(ctx, &cos.BucketGetOptions{
				Prefix: prefix, Marker: marker, Delimiter: delimiter, MaxKeys: 1000, EncodingType: "url"})
			if err == nil {
				p, err = pageFrom(result, marker)
			}
			return res, err
		},
	})
	return p, err
}

func pageFrom(result *cos.BucketGetResult, marker string) (page, error) {
	var p page
	for _, entry := range result.Contents {
		o, err := listed(entry)
		if err != nil {
			return page{}, err
		}
		p.objects = append(p.objects, o)
	}
	for _, s := range result.CommonPrefixes {
		prefix, err := cos.DecodeURIComponent(s)
		if err != nil {
			return page{}, fmt.Errorf("prefix %q: %w", s, err)
		}
		p.prefixes = append(p.prefixes, prefix)
	}
	if !result.IsTruncated {
		return p, nil
	}
	next, err := cos.DecodeURIComponent(result.NextMarker)
	if err != nil || next <= marker {
		return page{}, fmt.Errorf("the listing goes on after %q, which is not behind %q", result.NextMarker, marker)
	}
	p.next = next
	return p, nil
}

func listed(entry cos.Object) (object.Object, error) {
	key, err := cos.DecodeURIComponent(entry.Key)
	if err != nil {
		return object.Object{}, fmt.Errorf("key %q: %w", entry.Key, err)
	}
	modified, err := time.Parse(time.RFC3339, entry.LastModified)
	if err != nil {
		return object.Object{}, fmt.Errorf("key %q: last modified: %w", key, err)
	}
	return object.Object{Key: key, Size: entry.Size, Modified: modified.UTC()}, nil
}
