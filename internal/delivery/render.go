package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc64"
	"io"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
	"deliverd/internal/focus"
	"deliverd/internal/object"
	"deliverd/internal/snapshot"
)

// file is what the bytes of a delivery come to, known before any of them is sent.
type file struct {
	holding               // the lines the file was made from, by the snapshot's totals
	rows    int64         // charges
	billed  amount.Amount // sum of BilledCost
	size    int64         // bytes
	crc64   uint64        // CRC-64/ECMA
	broken  []Reason      // rules of its FOCUS version that it breaks
	unknown []string      // products that the product table does not know
	others  int64         // charges for them
	in      []string      // billing currencies of its charges
	meta    map[string]string
}

// render makes the delivery's bytes once, to nowhere: it learns their size,
// checksum and sums, so that the bucket is asked only for what differs and the
// upload can be held against what it should be. It refuses a file whose sum is
// not its lines' payable: nothing is lost, nothing invented.
func (d *Deliverer) render(ctx context.Context, snap *snapshot.Snapshot, want Delivery) (*file, error) {
	f := &file{holding: held(snap.Totals(), want.Period)}
	digest := newDigest()
	var w io.Writer = digest
	var rules *checker
	if d.cfg.Conformance == HoldNonconforming || d.cfg.Conformance == WarnNonconforming {
		rules = newChecker(ctx, d.schema.Version)
		w = io.MultiWriter(digest, rules)
	}
	mapper, err := d.encode(ctx, snap, want, w, func(c *focus.Charge) {
		f.rows++
		f.billed = f.billed.Add(c.BilledCost)
	})
	if rules != nil {
		broken, checkErr := rules.verdict(err)
		f.broken, err = broken, cmp.Or(err, checkErr)
	}
	if err != nil {
		return nil, err
	}
	if !f.billed.Equal(f.payable) {
		return nil, fmt.Errorf("the charges come to %s, the lines to %s: this is a defect of deliverd, nothing was delivered", f.billed, f.payable)
	}
	f.size, f.crc64 = digest.size, digest.crc.Sum64()
	f.unknown, f.others = mapper.UnknownProducts(), mapper.UnknownCharges()
	f.in = mapper.Currencies()
	f.meta = d.metadata(snap, want, f)
	return f, nil
}

// encode writes the delivery's bytes to w, on a goroutine of its own that has
// ended when encode returns, and returns the mapper that made them.
func (d *Deliverer) encode(ctx context.Context, snap *snapshot.Snapshot, want Delivery, w io.Writer, see func(*focus.Charge)) (*bill.Mapper, error) {
	commitments, err := d.commitments(ctx, snap)
	if err != nil {
		return nil, err
	}
	written := newByteRelay(w)
	encoder, err := focus.NewEncoder(written, d.schema)
	if err != nil {
		return nil, cmp.Or(written.end(), err)
	}
	encoded := newChargeRelay(encoder)
	mapper := bill.NewMapper(bill.MapperConfig{
		UIN: d.cfg.Account.UIN, Month: want.Period.Month(), Due: want.Due, Currency: d.cfg.Account.Currency, Layout: d.cfg.Layout, Products: d.cfg.Products,
		Commitments: commitments,
	})
	err = d.eachLine(ctx, snap, want, func(l *bill.Line) error {
		return mapper.Charges(l, func(c *focus.Charge) error {
			if see != nil {
				see(c)
			}
			return encoded.add(c)
		})
	})
	notEncoded := encoded.end()
	if err = cmp.Or(err, notEncoded, written.end()); err != nil {
		return nil, fmt.Errorf("write %s: %w", want.Period, err)
	}
	return mapper, nil
}

// eachLine gives the lines of a delivery to use, and tells of the progress.
func (d *Deliverer) eachLine(ctx context.Context, snap *snapshot.Snapshot, want Delivery, use func(*bill.Line) error) (err error) {
	defer caught(&err)
	lines := int64(0)
	return snap.Each(ctx, want.Period.Through, func(l *bill.Line) error {
		if lines++; lines%progressEvery == 0 {
			d.cfg.Progress(Step{Name: StepWrite, Done: lines, Total: snap.Totals().Lines})
		}
		return use(l)
	})
}

// put streams the delivery's bytes to the bucket. Right before they become
// visible they are held against what render saw; afterwards the bucket's
// object is.
func (d *Deliverer) put(ctx context.Context, snap *snapshot.Snapshot, want Delivery, f *file, before *before) error {
	key := d.cfg.Account.Key(want.Period)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	reader, writer := io.Pipe()
	digest := newDigest()
	encoded := make(chan struct{})
	go func() {
		defer close(encoded)
		_, err := d.encode(ctx, snap, want, io.MultiWriter(digest, writer), nil)
		writer.CloseWithError(err)
	}()
	stored, err := d.cfg.Bucket.Put(ctx, key, reader, object.PutOptions{
		Meta: f.meta, ContentType: "text/csv", Replace: before.exists,
		BeforeVisible: func(ctx context.Context) error {
			<-encoded
			if err := f.is("the bytes sent", digest.size, digest.crc.Sum64()); err != nil {
				return err
			}
			return d.cfg.Prove(ctx, want.Period)
		},
	})
	stop()
	_ = reader.Close()
	<-encoded
	if err != nil {
		return err // it names the object
	}
	if !stored.HasCRC64 {
		return errors.New("put " + key + ": the bucket reports no CRC-64 of the object, so it cannot be proved")
	}
	return f.is("the object "+key, stored.Size, stored.CRC64)
}

// is compares a size and a checksum with the file's.
func (f *file) is(what string, size int64, crc uint64) error {
	if size == f.size && crc == f.crc64 {
		return nil
	}
	return fmt.Errorf("%s: %d bytes with CRC-64 %d, should be %d bytes with CRC-64 %d", what, size, crc, f.size, f.crc64)
}

// digest counts and sums the bytes written to it.
type digest struct {
	size int64
	crc  hash.Hash64
}

func newDigest() *digest { return &digest{crc: crc64.New(crc64.MakeTable(crc64.ECMA))} }

func (d *digest) Write(p []byte) (int, error) {
	d.size += int64(len(p))
	return d.crc.Write(p)
}
