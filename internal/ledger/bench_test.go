package ledger_test

import (
	"testing"

	"deliverd/internal/ledger"
	"deliverd/internal/ledger/pgtest"
)

// What a try costs beside the work itself: take the account, record, prove,
// give it back.
func BenchmarkTry(b *testing.B) {
	for name, c := range map[string]ledger.Config{"sqlite": {}, "postgresql": {Postgres: pgtest.Start(b)}} {
		b.Run(name, func(b *testing.B) {
			c.Dir = b.TempDir()
			l, err := ledger.Open(b.Context(), c)
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			for b.Loop() {
				k, err := l.Lock(b.Context(), place.UIN, 0)
				if err != nil {
					b.Fatal(err)
				}
				if err := k.Record(b.Context(), entry(december9)); err != nil {
					b.Fatal(err)
				}
				if err := k.Prove(b.Context()); err != nil {
					b.Fatal(err)
				}
				if err := k.Release(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
