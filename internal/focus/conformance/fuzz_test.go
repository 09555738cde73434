package conformance

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// records reads a whole text through splitter and parser.
func records(data []byte, chunk int) (all [][]cell, faults fault) {
	s := &splitter{r: bytes.NewReader(data), limit: maxRecord}
	for {
		part, err := s.next(nil, chunk)
		if err != nil {
			return all, faults
		}
		for p := (parser{data: part}); p.more(); {
			cells := make([]cell, bytes.Count(data, []byte(","))+1)
			n, wrong := p.record(cells)
			all, faults = append(all, cells[:n]), faults|wrong
		}
	}
}

func FuzzReadsLikeEncodingCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\"a\"\"b\",\r\n\"x\ny\",", "a\"b,c\n", "\"a\"b\n", "\"a", ",\n,,\n\n", "NULL,\"NULL\"\n", "\xef\xbb\xbfa\n", "a\rb"} {
		f.Add([]byte(seed), 1)
		f.Add([]byte(seed), 5)
	}
	f.Fuzz(func(t *testing.T, data []byte, chunk int) {
		if len(data) > 1000 {
			return
		}
		chunk = 1 + (chunk&0xff+256)%64
		got, faults := records(slices.Clone(data), chunk)
		whole, _ := records(slices.Clone(data), 1<<20)
		if a, b := texts(whole), texts(got); !reflect.DeepEqual(a, b) {
			t.Fatalf("chunks of %d (-whole +chunks):\n%s", chunk, cmp.Diff(a, b))
		}
		plain := bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		reader := csv.NewReader(bytes.NewReader(plain))
		reader.FieldsPerRecord = -1
		want, err := reader.ReadAll()
		if err != nil || faults != 0 || bytes.ContainsRune(plain, '\r') {
			return // at least one of the two refuses it
		}
		got, _ = records(plain, chunk)
		got = slices.DeleteFunc(got, func(cells []cell) bool { return len(cells) == 1 && cells[0].null && len(cells[0].text) == 0 })
		if len(want)+len(got) > 0 && !reflect.DeepEqual(want, texts(got)) {
			t.Fatalf("(-encoding/csv +ours):\n%s", cmp.Diff(want, texts(got)))
		}
	})
}

func texts(records [][]cell) [][]string {
	var all [][]string
	for _, cells := range records {
		var one []string
		for _, c := range cells {
			one = append(one, string(c.text))
		}
		all = append(all, one)
	}
	return all
}

// The formats as regular expressions, which are slower and easier to read.
var (
	numberPattern  = regexp.MustCompile(`^-?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE]-?[0-9]+)?$`)
	numericPattern = regexp.MustCompile(`^([-+]?[0-9]+(\.[0-9]+)?|(?i:true|false))$`)
	unitPattern    = func() *regexp.Regexp {
		const words, times, time = `[A-Za-z][A-Za-z0-9]*([ \t\n\v\f\r]+[A-Za-z][A-Za-z0-9]*)*`,
			`(Years|Months|Days|Hours|Minutes|Seconds)`, `(Year|Month|Day|Hour|Minute|Second)`
		return regexp.MustCompile(`^(([0-9]+ )?` + words + `|` + words + `-` + times + `|` + words + `/(` + time + `|[0-9]+ ` + times + `))$`)
	}()
)

func FuzzFormatsAreTheirPatterns(f *testing.F) {
	for _, seed := range []string{
		"", "-", "1", "-1.50", ".5", "5.", "+1", "1e5", "1E-5", "1e+5", "1,000", "--1", "-.5e-07", "+2.5", "TRUE", "false", "-true",
		"GB", "GB-Hours", "GB/Hour", "1000 Tokens", "Units/3 Months", "GB  per Hour", "1 2", "3 Months", "GB/Hours", "Hours/1 Hours", "a-", "/Hour", " GB", "GB ",
		"2025-12-09T23:59:59Z", "2024-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2025-12-09T24:00:00Z", "2025-12-09t00:00:00Z", "2025-13-01T00:00:00Z",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := isNumber(text), numberPattern.Match(text); got != want {
			t.Errorf("isNumber(%q) = %t", text, got)
		}
		if got, want := looksNumeric(text), numericPattern.Match(text); got != want {
			t.Errorf("looksNumeric(%q) = %t", text, got)
		}
		if got, want := isUnit(text), unitPattern.Match(text); got != want {
			t.Errorf("isUnit(%q) = %t", text, got)
		}
		got, ok := parseTime(text)
		want, err := time.Parse("2006-01-02T15:04:05Z", string(text))
		fits := err == nil && want.Year() > 0 && len(text) == len("2006-01-02T15:04:05Z")
		if ok != fits || ok && got != want.Unix() {
			t.Errorf("parseTime(%q) = %d %t, want %d %t", text, got, ok, want.Unix(), fits)
		}
	})
}

func FuzzJSONIsValidLikeEncodingJSON(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":1,"b":[true,null,"x"],"c":{"d":-1.5e+10}}`, `{"a":1,}`, `[1,]`, `[,1]`, `{"a" : "\u00e9\n"}`, `{"a":01}`, `{"a":NaN}`, `"x`, `{"a":1}x`, `[]`, ` 5 `, `{"a":"\x"}`, "{\"a\":\"\t\"}", `tru`, `[-]`, `[1.]`,
		`{"Elements":[1,null,{},{"AllocatedRatio":"1","x_a":[{}]},{"ContractId":null,"ContractCommitmentAppliedCost":{}}]}`, `{"Elements":[[]]}`, `{"Elements":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) >= maxDepth {
			return
		}
		var scan jsonScanner
		flaws := scan.check(text)
		if got, want := flaws&flawSyntax == 0, json.Valid(text); got != want {
			t.Fatalf("%q: valid %t, want %t", text, got, want)
		}
		if object := trimmed(text); flaws&(flawSyntax|flawNoObject) == 0 {
			for _, shape := range elementShapes {
				shape.check(object) // must not panic
			}
		}
	})
}

func TestJSONFlaws(t *testing.T) {
	for text, want := range map[string]jsonFlaw{
		`{}`: 0, `{"a":1}`: 0, ` {"a":[]} `: flawNested, `[]`: flawNoObject, `"a"`: flawNoObject, `{"a":1,"a":2}`: flawDuplicate,
		`{"a":1,"\u0061":2}`: flawDuplicate, `{"a":{"b":1,"b":2}}`: flawNested | flawDuplicate, `{"a":{"b":1},"b":2}`: flawNested,
		`{"a":[1,null]}`: flawNested | flawArray, `{"a":[1,"x"]}`: flawNested | flawArray, `{"a":[true,false]}`: flawNested,
		`{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"10":1,"11":1,"12":1,"13":1,"14":1,"15":1,"16":1,"17":1,"3":2}`: flawDuplicate,
		``: flawSyntax, `{`: flawSyntax, `{"a"}`: flawSyntax, `{"a":}`: flawSyntax, `{a:1}`: flawSyntax, `{"a":1}}`: flawSyntax,
	} {
		var scan jsonScanner
		if got := scan.check([]byte(text)); got != want {
			t.Errorf("%s: flaws %05b, want %05b", text, got, want)
		}
	}
}
