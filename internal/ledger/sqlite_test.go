package ledger_test

import (
	"testing"

	"deliverd/internal/ledger"
)

func TestSQLite(t *testing.T) {
	suite(t, func(t *testing.T) node {
		dir := t.TempDir()
		return func(t *testing.T, change func(*ledger.Config)) *ledger.Ledger {
			return opened(t, ledger.Config{Dir: dir}, change)
		}
	})
}

func opened(t *testing.T, c ledger.Config, change func(*ledger.Config)) *ledger.Ledger {
	t.Helper()
	if change != nil {
		change(&c)
	}
	l, err := ledger.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}
