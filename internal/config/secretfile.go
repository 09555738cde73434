package config

import (
	"strings"
	"unicode"
)

const mostSecretBytes = 64 << 10

// secretFiles reads every secret of a section that is named by its file: a key
// K of type Secret may be given as K-file instead.
func (d *decoder) secretFiles(section []field, path string) {
	for _, f := range section {
		secret, isSecret := f.value.Addr().Interface().(*Secret)
		if !isSecret {
			continue
		}
		file, here, fileKey := fileOf(section, f.key), join(path, f.key), join(path, f.key+"-file")
		switch {
		case d.set(here) && d.set(fileKey):
			d.at(fileKey, "stands beside "+f.key, "keep one of the two")
		case d.set(fileKey) && *file != "":
			d.readSecret(secret, string(*file), fileKey)
		}
	}
}

func fileOf(section []field, key string) *Path {
	for _, f := range section {
		if file, ok := f.value.Addr().Interface().(*Path); ok && f.key == key+"-file" {
			return file
		}
	}
	panic("config: no key " + key + "-file beside " + key)
}

// secretFile is what reading one gave. Accounts often share theirs, and then
// must not get two different ones while it is being replaced.
type secretFile struct {
	data []byte
	err  error
}

// readSecret never shows what is in the file.
func (d *decoder) readSecret(secret *Secret, file, path string) {
	got, known := d.secrets[file]
	if !known {
		got.data, got.err = readFile(file, mostSecretBytes)
		d.secrets[file] = got
		d.read.add(file, got.data, got.err)
	}
	if got.err != nil {
		d.at(path, "cannot read "+file+": "+got.err.Error(), "check that the file is there and that deliverd may read it")
		d.problems[len(d.problems)-1].Err = got.err
		return
	}
	text := strings.TrimSpace(string(got.data))
	switch {
	case text == "":
		d.at(path, file+" is empty", "put the secret into the file")
	case strings.ContainsFunc(text, unicode.IsControl):
		d.at(path, file+" holds more than one line", "put the secret alone into the file")
	}
	*secret = NewSecret(text)
}
