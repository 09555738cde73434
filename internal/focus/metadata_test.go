package focus

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"
)

func TestMetadataListsTheColumnsOfTheFile(t *testing.T) {
	at := time.Date(2025, 12, 5, 3, 0, 0, 0, time.FixedZone("", 8*3600))
	for _, name := range []string{"1.0", "1.2", "1.3", "1.4"} {
		t.Run(name, func(t *testing.T) {
			s := NewSchema(version(t, name), []string{"x_Note"})
			text, err := json.Marshal(s.Metadata(Generator{"deliverd", "1"}, Dataset{GUID("a"), "A"}, at, at, []Sector{{at, at.AddDate(0, 0, 1), true, at}}))
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Schema  json.RawMessage
				Recency []struct {
					TimeSectors []struct{ TimeSectorEnd string }
				}
			}
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			var schema schemaObject
			if name >= "1.3" {
				got.Schema = got.Schema[1 : len(got.Schema)-1] // a list of one
				if len(got.Recency) != 1 || got.Recency[0].TimeSectors[0].TimeSectorEnd != "2025-12-05T19:00:00Z" {
					t.Errorf("recency %+v", got.Recency)
				}
			} else if got.Recency != nil {
				t.Error("recency came with 1.3")
			}
			if err := json.Unmarshal(got.Schema, &schema); err != nil {
				t.Fatal(err)
			}
			header := s.Header()
			if len(schema.ColumnDefinition) != len(header) || schema.FocusVersion != name || schema.CreationDate != "2025-12-04T19:00:00Z" {
				t.Fatalf("schema of %d columns for %d, %s, %s", len(schema.ColumnDefinition), len(header), schema.FocusVersion, schema.CreationDate)
			}
			for i, d := range schema.ColumnDefinition {
				if d.ColumnName != header[i] || d.DataType == "" || d.ColumnName == "Tags" && d.ProviderTagPrefixes == nil {
					t.Errorf("column %d: %+v, the file has %s", i, d, header[i])
				}
			}
		})
	}
}

func TestGUIDFollowsFromItsParts(t *testing.T) {
	a, b := GUID("a", "b"), GUID("ab", "")
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(a) {
		t.Errorf("%s is no UUID of version 8", a)
	}
	if a == b || a != GUID("a", "b") {
		t.Errorf("%s and %s", a, b)
	}
}
