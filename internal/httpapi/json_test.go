package httpapi

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// documented is the example of /status.json in docs/json.md.
func documented(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile("(?s)\n## /status.json\n.*?```json\n(.*?)```").FindSubmatch(text)
	if match == nil {
		t.Fatal("docs/json.md has no example of /status.json")
	}
	return string(match[1])
}

// TestTheDocumentedShape: what the page shows as an example is what is answered
// for it, to the letter.
func TestTheDocumentedShape(t *testing.T) {
	want := documented(t)
	var status Status
	if err := json.Unmarshal([]byte(want), &status); err != nil {
		t.Fatal(err)
	}
	answer := get(t, New((&daemon{status: status}).config()), "/status.json")
	if answer.Code != 200 || answer.Header().Get("Content-Type") != "application/json" {
		t.Errorf("got %d, %s", answer.Code, answer.Header().Get("Content-Type"))
	}
	if diff := cmp.Diff(want, answer.Body.String()); diff != "" {
		t.Errorf("(-documented +answered):\n%s", diff)
	}
	if strings.Count(want, "\n") < 30 {
		t.Error("the example shows next to nothing")
	}
}

// TestOneAccountAsJSON: the numbers are of all accounts, the list of those that
// were asked for, in the order in which the status has them.
func TestOneAccountAsJSON(t *testing.T) {
	handler := New((&daemon{status: sick()}).config())
	for _, test := range []struct {
		path string
		want []string
	}{
		{"/status.json", []string{"200000000000", "200000000001", "200000000002", "200000000003", "200000000004"}},
		{"/status.json?uin=200000000003", []string{"200000000003"}},
		{"/status.json?uin=3", []string{}},
	} {
		var got statusDocument
		if err := json.Unmarshal(get(t, handler, test.path).Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		uins := []string{}
		for _, a := range got.Accounts {
			uins = append(uins, a.UIN)
		}
		if diff := cmp.Diff(test.want, uins); diff != "" {
			t.Errorf("%s: %s", test.path, diff)
		}
		want := overall{State: trouble, Accounts: 5, Troubled: 3, Missing: 4, Late: 2, Differs: 4, Held: 1, Waiting: 1}
		if got.Overall != want {
			t.Errorf("%s: got %+v, want %+v", test.path, got.Overall, want)
		}
	}
}
