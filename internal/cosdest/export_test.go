package cosdest

// LimitParts sets how many parts an upload may have: 10,000 of them are too
// many for a test.
func LimitParts(b *Bucket, n int) { b.maxParts = n }
