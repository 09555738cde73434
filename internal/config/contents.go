package config

import (
	"crypto/sha256"
	"maps"
)

// contents are the files a configuration was read from, itself and its
// secrets, each with the sum of what was in it, or of why it could not be read.
type contents map[string][sha256.Size]byte

func (c contents) add(file string, data []byte, err error) {
	if err != nil {
		data = []byte("cannot be read: " + err.Error())
	}
	c[file] = sha256.Sum256(data)
}

// now is what the same files hold now. The file that names the others is path.
func (c contents) now(path string) contents {
	found := make(contents, len(c))
	for file := range c {
		limit := int64(mostSecretBytes)
		if file == path {
			limit = mostBytes
		}
		data, err := readFile(file, limit)
		found.add(file, data, err)
	}
	return found
}

func (c contents) equal(o contents) bool { return maps.Equal(c, o) }
