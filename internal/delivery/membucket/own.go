package membucket

import (
	"slices"

	"deliverd/internal/object"
)

// What the owner of the bucket sees and does is no step: nothing of it fails on
// demand.

// LeaveOpen opens an upload at key that nobody will end, as a killed process
// does.
func (b *Bucket) LeaveOpen(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.uploads[&upload{key}] = true
}

// Delete takes the object at key away, as a person or a lifecycle rule does.
func (b *Bucket) Delete(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.objects, key)
}

// Objects are all objects with their metadata, by key.
func (b *Bucket) Objects() []object.Object {
	all := b.below("")
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range all {
		all[i] = b.objects[all[i].Key].Object
	}
	return all
}

// Content is what the object at key holds; found is false when there is none.
// It is not to be changed.
func (b *Bucket) Content(key string) (content []byte, found bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	there, found := b.objects[key]
	return there.content, found
}

// OpenUploads are the keys of the uploads that are open, sorted.
func (b *Bucket) OpenUploads() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var keys []string
	for u := range b.uploads {
		keys = append(keys, u.key)
	}
	slices.Sort(keys)
	return keys
}
