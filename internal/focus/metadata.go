package focus

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Generator says who made a dataset.
type Generator struct {
	Name    string // deliverd
	Version string // of the generator
}

// Dataset is one series of files: what FOCUS 1.3 calls a dataset instance.
type Dataset struct {
	ID   string // a GUID
	Name string
}

// Sector is one stretch of time of a dataset and how settled its data is.
type Sector struct {
	Start, End time.Time // End is exclusive
	Complete   bool
	Updated    time.Time
}

// ColumnDefinition describes a column in a schema object of the specification's
// metadata.
type ColumnDefinition struct {
	ColumnName          string
	DataType            string
	StringEncoding      string    `json:",omitempty"`
	ProviderTagPrefixes *[]string `json:",omitempty"`
}

type schemaObject struct {
	SchemaId             string // GUID of the columns, the version and the generator's version
	DatasetInstanceId    string `json:",omitempty"`
	FocusVersion         string
	CreationDate         string
	DataGeneratorVersion string
	ColumnDefinition     []ColumnDefinition
}

type sectorObject struct {
	TimeSectorStart, TimeSectorEnd string
	TimeSectorComplete             bool
	TimeSectorLastUpdated          string
}

type recencyObject struct {
	DatasetInstanceId          string
	RecencyLastUpdated         string
	DatasetInstanceLastUpdated string
	TimeSectors                []sectorObject
}

// Metadata is the metadata object of a file with this schema, in the form of
// the schema's version: a generator and a schema up to 1.2, with the dataset
// instance and the recency of its time sectors from 1.3 on (specification,
// metadata). Marshal it as JSON.
func (s Schema) Metadata(g Generator, d Dataset, created, updated time.Time, sectors []Sector) any {
	schema := schemaObject{
		SchemaId:     GUID(append([]string{s.Version, g.Version}, s.Header()...)...),
		FocusVersion: s.Version, CreationDate: stamp(created), DataGeneratorVersion: g.Version, ColumnDefinition: s.definitions(),
	}
	if s.Version < "1.3" {
		return map[string]any{"DataGenerator": g.Name, "Schema": schema}
	}
	schema.DatasetInstanceId = d.ID
	recency := recencyObject{DatasetInstanceId: d.ID, RecencyLastUpdated: stamp(updated), DatasetInstanceLastUpdated: stamp(updated)}
	for _, sector := range sectors {
		recency.TimeSectors = append(recency.TimeSectors, sectorObject{stamp(sector.Start), stamp(sector.End), sector.Complete, stamp(sector.Updated)})
	}
	return map[string]any{
		"DataGenerator":   map[string]string{"DataGenerator": g.Name},
		"DatasetInstance": []map[string]string{{"DatasetInstanceId": d.ID, "DatasetInstanceName": d.Name, "FocusDatasetId": "CostAndUsage"}},
		"Schema":          []schemaObject{schema},
		"Recency":         []recencyObject{recency},
	}
}

func (s Schema) definitions() []ColumnDefinition {
	formats := map[string]Format{}
	for _, row := range records(columnsCSV) {
		formats[row[0]] = Format(row[1])
	}
	definitions := make([]ColumnDefinition, 0, len(s.columns))
	for _, c := range s.columns {
		d := ColumnDefinition{ColumnName: c.name, DataType: "STRING", StringEncoding: "UTF-8"}
		switch formats[c.name] {
		case Decimal, NonNegative:
			d = ColumnDefinition{ColumnName: c.name, DataType: "DECIMAL"}
		case DateTime:
			d = ColumnDefinition{ColumnName: c.name, DataType: "DATETIME"}
		case KeyValue, JSONObject:
			d = ColumnDefinition{ColumnName: c.name, DataType: "JSON"}
		}
		if c.name == "Tags" {
			d.ProviderTagPrefixes = &[]string{} // the tags are the user's own, in one scheme without prefix
		}
		definitions = append(definitions, d)
	}
	return definitions
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// GUID is an identifier in the form of a UUID (RFC 9562, version 8) that
// follows from its parts: the same parts have the same GUID everywhere.
func GUID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	id := slices.Clone(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
