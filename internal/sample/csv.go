package sample

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
)

// csvDialect is a CSV file of the provider: named columns, then, where tagged
// says so, a column a tag key.
type csvDialect struct {
	mark    string // what the file starts with
	columns []column
	tagged  bool
}

// column takes its cell from a field, or from a function where the API has no
// such field.
type column struct {
	name  string
	field bill.Field
	cell  func(l *bill.Line) string
}

func (d *csvDialect) write(w io.Writer, lines iter.Seq[*bill.Line]) error {
	buffered := bufio.NewWriterSize(w, 1<<16)
	if _, err := buffered.WriteString(d.mark); err != nil {
		return err
	}
	out := csv.NewWriter(buffered)
	row := make([]string, 0, len(d.columns)+len(tagKeys))
	for _, c := range d.columns {
		row = append(row, c.name)
	}
	if d.tagged {
		for _, key := range tagKeys {
			row = append(row, "tag_key:"+key)
		}
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for l := range lines {
		if err := out.Write(d.row(row[:0], l)); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}

// row appends the cells of a line; "-" stands for no value, as in the
// provider's files.
func (d *csvDialect) row(row []string, l *bill.Line) []string {
	for _, c := range d.columns {
		text := l[c.field]
		if c.cell != nil {
			text = c.cell(l)
		}
		if text == "" {
			text = "-"
		}
		row = append(row, text)
	}
	if d.tagged {
		row = appendTags(row, l[bill.Tags])
	}
	return row
}

// appendTags appends a cell a tag key. A tag without a value shows as a key
// nobody set: the files cannot tell the two apart.
func appendTags(row []string, text string) []string {
	tags := parseTags(text)
	for _, key := range tagKeys {
		value, _ := tags[key].(string)
		if value == "" {
			value = "-"
		}
		row = append(row, value)
	}
	return row
}

func parseTags(text string) map[string]any {
	var tags map[string]any
	if text != "" && json.Unmarshal([]byte(text), &tags) != nil {
		panic("sample: tags are no JSON object: " + text)
	}
	return tags
}

// totalCost is what is to be paid, a column that files have and the API has not.
func totalCost(l *bill.Line) string {
	whole, errWhole := amount.Parse(l[bill.RealCost])
	voucher, errVoucher := amount.Parse(l[bill.VoucherPay])
	if errWhole != nil || errVoucher != nil {
		return ""
	}
	total := whole.Sub(voucher)
	if total.Round(8) != total {
		return total.String()
	}
	return total.Fixed(8)
}

func billMonth(l *bill.Line) string { return l[bill.BillDay][:len("2006-01")] }
func constant(text string) func(*bill.Line) string {
	return func(*bill.Line) string { return text }
}
