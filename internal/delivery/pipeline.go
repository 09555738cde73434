package delivery

import (
	"io"

	"deliverd/internal/focus"
)

// A file is made by three goroutines, so that it keeps more than one core busy:
// one reads lines and makes charges of them, one encodes the charges, one
// passes the bytes on (checksum, rules, bucket). What goes from one to the next
// goes in batches of a fixed number, which bounds the memory: whoever is faster
// waits.

const (
	batches      = 4         // between two goroutines
	batchCharges = 64        // a batch; about 190 KB
	batchBytes   = 256 << 10 // a batch
)

// relay hands batches to a goroutine that receives them in order. One
// goroutine may use it.
type relay[T any] struct {
	free, full chan *T
	failed     chan struct{} // closed when receiving failed
	done       chan struct{}
	err        error // to be read after failed or done
}

// newRelay starts the goroutine; end ends it.
func newRelay[T any](receive func(*T) error) *relay[T] {
	guarded := func(batch *T) (err error) {
		defer caught(&err)
		return receive(batch)
	}
	r := &relay[T]{free: make(chan *T, batches), full: make(chan *T, batches), failed: make(chan struct{}), done: make(chan struct{})}
	for range batches {
		r.free <- nil // made when it is needed
	}
	go func() {
		defer close(r.done)
		for batch := range r.full {
			if r.err == nil {
				if r.err = guarded(batch); r.err != nil {
					close(r.failed)
				}
			}
			r.free <- batch // also after a failure, so that nobody waits for ever
		}
	}()
	return r
}

// next gives a batch to fill, as it was left when it was sent before.
func (r *relay[T]) next() *T {
	batch := <-r.free
	if batch == nil {
		batch = new(T)
	}
	return batch
}

// send hands a batch over. The error is that of receiving an earlier one.
func (r *relay[T]) send(batch *T) error {
	r.full <- batch
	select {
	case <-r.failed:
		return r.err
	default:
		return nil
	}
}

// end waits until all batches are received and returns the first error.
func (r *relay[T]) end() error {
	close(r.full)
	<-r.done
	return r.err
}

// chargeRelay encodes charges on a goroutine of its own.
type chargeRelay struct {
	*relay[chargeBatch]
	batch *chargeBatch
}

type chargeBatch struct {
	rows    int
	charges [batchCharges]focus.Charge
}

func newChargeRelay(encoder *focus.Encoder) *chargeRelay {
	return &chargeRelay{relay: newRelay(func(b *chargeBatch) error {
		for i := range b.rows {
			if err := encoder.Encode(&b.charges[i]); err != nil {
				return err
			}
		}
		return nil
	})}
}

// add copies the charge.
func (r *chargeRelay) add(c *focus.Charge) error {
	if r.batch == nil {
		r.batch = r.next()
		r.batch.rows = 0
	}
	slot := &r.batch.charges[r.batch.rows]
	extra := slot.Extra
	*slot = *c
	slot.Extra = append(extra[:0], c.Extra...)
	if r.batch.rows++; r.batch.rows < batchCharges {
		return nil
	}
	full := r.batch
	r.batch = nil
	return r.send(full)
}

// end encodes what is left and waits until all is encoded.
func (r *chargeRelay) end() error {
	if r.batch != nil {
		_ = r.send(r.batch) // its error is end's
	}
	return r.relay.end()
}

// byteRelay is a buffered writer that writes on a goroutine of its own.
type byteRelay struct {
	*relay[[]byte]
	batch *[]byte
}

func newByteRelay(w io.Writer) *byteRelay {
	return &byteRelay{relay: newRelay(func(batch *[]byte) error {
		_, err := w.Write(*batch)
		return err
	})}
}

func (r *byteRelay) Write(p []byte) (int, error) {
	if r.batch == nil {
		r.batch = r.next()
		*r.batch = (*r.batch)[:0]
	}
	if *r.batch = append(*r.batch, p...); len(*r.batch) < batchBytes {
		return len(p), nil
	}
	full := r.batch
	r.batch = nil
	return len(p), r.send(full)
}

// end writes what is left and waits until all is written.
func (r *byteRelay) end() error {
	if r.batch != nil {
		_ = r.send(r.batch) // its error is end's
	}
	return r.relay.end()
}
