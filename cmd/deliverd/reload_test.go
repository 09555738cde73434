package main

import (
	"strings"
	"testing"
)

// TestDaemonRefusesAMapping that only FOCUS can tell is wrong: the configuration
// before it stays in force, and is what the next good one is held against.
func TestDaemonRefusesAMapping(t *testing.T) {
	s := newSite(t)
	s.configure(sinceNovember)
	one := readFile(t, s.config)
	d := s.daemon()
	d.wait(`"delivered"`, "20251103.CSV")
	for name, more := range map[string]string{"a column": "    focus: {columns: [BilledCosts]}\n", "a product": "    products: [{product: p_x, name: X, category: Nonsense}]\n"} {
		s.replace(strings.Replace(one, "    daily:", more+"    daily:", 1))
		line := d.wait("the new configuration is refused, the old one stays in force")
		if !strings.Contains(line, "account "+testUIN) || !strings.Contains(line, "BilledCosts") && !strings.Contains(line, "Nonsense") {
			t.Errorf("%s: %s", name, line)
		}
	}
	s.delete("focus/FOCUS-bill_details-" + testUIN + "-20251102.CSV")
	s.replace(one)
	d.wait(`"reloaded"`, `"changes":0`)
	d.wait(`"delivered"`, "20251102.CSV")
	d.stop()
}
