package config

import (
	"fmt"
	"strings"
	"testing"
)

// many is a configuration of n accounts, each with a few lines of its own, and
// one key of the API that may ask about all of them.
func many(n int) string {
	var text strings.Builder
	text.WriteString("api:\n  keys:\n    - secret-id: AKIDCALLER\n      secret-key: swordfish\n      accounts:\n")
	for i := range n {
		fmt.Fprintf(&text, "        - %q\n", uinOf(i))
	}
	text.WriteString("accounts:\n")
	for i := range n {
		fmt.Fprintf(&text, `  - uin: %q
    source: {files: /srv/bills/%d}
    bucket:
      url: https://focus-1250000000.cos.ap-singapore.myqcloud.com
      prefix: customers/%d/
      secret-id: AKIDEXAMPLE
      secret-key: swordfish
    daily: {enabled: true, at: "%d 3 * * *", since: 2025-12-01}
    monthly: {at: "%d 3 5 * *"}
`, uinOf(i), i, i, i%60, i%60)
	}
	return text.String()
}

func uinOf(i int) string { return fmt.Sprint(200020000000 + i) }

// BenchmarkParse is what a start and a reload cost.
func BenchmarkParse(b *testing.B) {
	for _, n := range []int{1000, 2000, 5000, 20000} {
		b.Run(fmt.Sprintf("%d accounts", n), func(b *testing.B) {
			text := []byte(many(n))
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := Parse(text, "/etc/deliverd"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
