package main

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// eachLine visits the lines of a bill file.
func eachLine(path string, visit func(line) error) error {
	if filepath.Ext(path) == ".zip" {
		archive, err := zip.OpenReader(path)
		if err != nil {
			return err
		}
		defer archive.Close()
		for _, member := range archive.File {
			r, err := member.Open()
			if err != nil {
				return err
			}
			if err := errors.Join(eachIn(r, visit), r.Close()); err != nil {
				return fmt.Errorf("%s: %w", member.Name, err)
			}
		}
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if filepath.Ext(path) != ".gz" {
		return eachIn(file, visit)
	}
	r, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	return eachIn(r, visit)
}

// eachIn visits the lines of a plain bill: JSON begins with a brace, CSV does
// not.
func eachIn(r io.Reader, visit func(line) error) error {
	buffered := bufio.NewReader(r)
	if first, _ := buffered.Peek(1); string(first) == "{" {
		return eachObject(buffered, visit)
	}
	return eachRecord(buffered, visit)
}

// eachRecord visits the records of a CSV, by the names in its header.
func eachRecord(r io.Reader, visit func(line) error) error {
	table := csv.NewReader(r)
	header, err := table.Read()
	if err != nil {
		return err
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		l := line{}
		for i, name := range header {
			l[name] = record[i]
		}
		if err := visit(l); err != nil {
			return err
		}
	}
}

// eachObject visits the components of records, one record after the other or
// whole answers of the API.
func eachObject(r io.Reader, visit func(line) error) error {
	decoder := json.NewDecoder(r)
	decoder.UseNumber()
	for {
		var object map[string]any
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		records := []any{object}
		if response, ok := object["Response"].(map[string]any); ok {
			records, _ = response["DetailSet"].([]any)
		}
		for _, record := range records {
			if err := eachComponent(record, visit); err != nil {
				return err
			}
		}
	}
}

func eachComponent(value any, visit func(line) error) error {
	record, _ := value.(map[string]any)
	components, _ := record["ComponentSet"].([]any)
	if len(components) == 0 {
		return errors.New("a record has no components")
	}
	for _, component := range components {
		l := line{}
		for _, fields := range []any{record, component} {
			named, _ := fields.(map[string]any)
			for name, field := range named {
				if text, ok := field.(string); ok {
					l[name] = text
				}
			}
		}
		if err := visit(l); err != nil {
			return err
		}
	}
	return nil
}
