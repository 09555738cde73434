package cosdest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"deliverd/internal/object"
)

// FS shows the objects below prefix as a read-only file system, for as long as
// ctx lasts: what is between slashes is a folder. It also has ReadDir and
// Stat. An open file is an io.ReaderAt, so archive/zip can read it; it is
// fetched in windows of some MiB. An object whose name no path can have is
// left out, and a file hides a folder of the same name.
func (b *Bucket) FS(ctx context.Context, prefix string) fs.FS {
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	return &tree{bucket: b, ctx: ctx, prefix: prefix}
}

// tree holds a context because io/fs passes none.
type tree struct {
	bucket *Bucket
	ctx    context.Context
	prefix string
}

// Open opens the object, or the folder, of that name.
func (t *tree) Open(name string) (fs.File, error) {
	info, err := t.stat("open", name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return &folder{tree: t, info: info, name: name}, nil
	}
	return &file{tree: t, info: info}, nil
}

// Stat asks for the object, or the folder, of that name.
func (t *tree) Stat(name string) (fs.FileInfo, error) {
	info, err := t.stat("stat", name)
	if err != nil {
		return nil, err
	}
	return info, nil
}

func (t *tree) stat(op, name string) (*info, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if name == "." {
		return &info{name: ".", dir: true}, nil
	}
	o, err := t.bucket.Stat(t.ctx, t.prefix+name)
	if err == nil {
		return &info{name: path.Base(name), object: o}, nil
	}
	if gone(err) {
		for _, listed := range t.bucket.List(t.ctx, t.prefix+name+"/") {
			if listed == nil {
				return &info{name: path.Base(name), dir: true}, nil
			}
			err = listed
			break
		}
	}
	return nil, &fs.PathError{Op: op, Path: name, Err: err}
}

// ReadDir lists a folder by name.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	below := t.prefix
	if name != "." {
		below += name + "/"
	}
	found := make(map[string]fs.DirEntry)
	for marker := ""; ; {
		p, err := t.bucket.page(t.ctx, below, marker, "/")
		if err != nil {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
		}
		for _, prefix := range p.prefixes {
			addEntry(found, &info{name: strings.TrimSuffix(strings.TrimPrefix(prefix, below), "/"), dir: true})
		}
		for _, o := range p.objects {
			addEntry(found, &info{name: strings.TrimPrefix(o.Key, below), object: o})
		}
		if marker = p.next; marker == "" {
			break
		}
	}
	if len(found) == 0 && name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	entries := make([]fs.DirEntry, 0, len(found))
	for _, entry := range found {
		entries = append(entries, entry)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

func addEntry(found map[string]fs.DirEntry, i *info) {
	if !fs.ValidPath(i.name) || i.name == "." {
		return
	}
	if _, taken := found[i.name]; taken && i.dir {
		return
	}
	found[i.name] = i
}

// info is a file or folder as io/fs sees it.
type info struct {
	name   string
	dir    bool
	object object.Object
}

func (i *info) Name() string               { return i.name }
func (i *info) Size() int64                { return i.object.Size }
func (i *info) IsDir() bool                { return i.dir }
func (i *info) Sys() any                   { return i.object }
func (i *info) Type() fs.FileMode          { return i.Mode().Type() }
func (i *info) Info() (fs.FileInfo, error) { return i, nil }
func (i *info) String() string             { return fs.FormatFileInfo(i) }

// ModTime has whole seconds: HEAD reports no more, and a listing must agree.
func (i *info) ModTime() time.Time { return i.object.Modified.Truncate(time.Second) }

func (i *info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

// folder is an open folder.
type folder struct {
	tree    *tree
	info    *info
	name    string
	listed  bool
	entries []fs.DirEntry
}

func (d *folder) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *folder) Close() error               { return nil }

func (d *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errors.New("is a folder")}
}

func (d *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.listed {
		entries, err := d.tree.ReadDir(d.name)
		if err != nil {
			return nil, err
		}
		d.entries, d.listed = entries, true
	}
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	some := d.entries[:n]
	d.entries = d.entries[n:]
	return some, nil
}
