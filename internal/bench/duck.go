package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the driver

	"deliverd/internal/object"
)

// openDuck gives DuckDB the FOCUS rows as Parquet, typed as tightly as they
// can be without losing a digit, and finds the types of the bill's columns.
func (r *rig) openDuck(ctx context.Context) (err error) {
	if r.db, err = sql.Open("duckdb", ""); err != nil {
		return err
	}
	r.db.SetMaxOpenConns(1) // settings are a connection's
	if err := r.db.QueryRowContext(ctx, "SELECT version()").Scan(&r.duckVersion); err != nil {
		return err
	}
	if r.billType, err = r.types(ctx, r.billFile(r.lines), "nullstr = '-'"); err != nil {
		return err
	}
	focusType, err := r.types(ctx, r.focusFile(), "nullstr = ''")
	if err != nil {
		return err
	}
	return r.exec(ctx, "COPY (SELECT * FROM %s) TO '%s' (FORMAT parquet)", csvTable(r.focusFile(), focusType, "nullstr = ''"), r.parquetFile())
}

func (r *rig) exec(ctx context.Context, statement string, args ...any) error {
	_, err := r.db.ExecContext(ctx, fmt.Sprintf(statement, args...))
	return err
}

// csvTable is read_csv with the types of its columns.
func csvTable(path string, types map[string]string, options string) string {
	var typed []string
	for name, kind := range types {
		typed = append(typed, fmt.Sprintf("'%s': '%s'", strings.ReplaceAll(name, "'", "''"), kind))
	}
	return fmt.Sprintf("read_csv('%s', header = true, auto_detect = true, %s, types = {%s})", path, options, strings.Join(typed, ", "))
}

// types gives every column of a CSV file the narrowest exact type that holds
// all its values: TIMESTAMP, DECIMAL(18 or 38, digits), or VARCHAR.
func (r *rig) types(ctx context.Context, path, options string) (map[string]string, error) {
	text := r.path("text.parquet") // a column of it is scanned sooner than one of a CSV file
	defer os.Remove(text)
	if err := r.exec(ctx, "COPY (SELECT * FROM read_csv('%s', header = true, all_varchar = true, %s)) TO '%s' (FORMAT parquet)", path, options, text); err != nil {
		return nil, err
	}
	source := "'" + text + "'"
	columns, err := r.names(ctx, source)
	if err != nil {
		return nil, err
	}
	types := map[string]string{}
	for _, name := range columns {
		quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		types[name] = "VARCHAR"
		var times, numbers, points sql.NullBool
		var whole, digits sql.NullInt64
		err := r.db.QueryRowContext(ctx, fmt.Sprintf(`SELECT
			bool_and(regexp_full_match(c, '\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ?')), bool_and(regexp_full_match(c, '-?\d+(\.\d+)?')),
			bool_or(contains(c, '.')), max(length(ltrim(split_part(c, '.', 1), '-'))), max(length(split_part(c, '.', 2)))
			FROM (SELECT DISTINCT %s AS c FROM %s) WHERE c IS NOT NULL`, quoted, source)).Scan(&times, &numbers, &points, &whole, &digits)
		switch {
		case err != nil:
			return nil, err
		case times.Bool:
			types[name] = "TIMESTAMP"
		case numbers.Bool && points.Bool && whole.Int64+digits.Int64 <= 18:
			types[name] = fmt.Sprintf("DECIMAL(18,%d)", digits.Int64)
		case numbers.Bool && points.Bool && whole.Int64+digits.Int64 <= 38:
			types[name] = fmt.Sprintf("DECIMAL(38,%d)", digits.Int64)
		}
	}
	return types, nil
}

func (r *rig) names(ctx context.Context, source string) (names []string, err error) {
	rows, err := r.db.QueryContext(ctx, "SELECT * FROM "+source+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err = rows.Columns()
	return names, errors.Join(err, rows.Err())
}

// duckCopy is COPY from Parquet to CSV, in the order of the rows, as a bill
// file has to be, with the settings that are fastest for DuckDB otherwise.
func (r *rig) duckCopy(ctx context.Context, threads int, to string) (measure, error) {
	if err := r.exec(ctx, "SET threads = %d", threads); err != nil {
		return measure{}, err
	}
	return took(func() error {
		return r.exec(ctx, "COPY (SELECT * FROM '%s') TO '%s' (FORMAT csv, HEADER, USE_TMP_FILE false)", r.parquetFile(), to)
	})
}

// duckUpload is COPY to a file, and that file uploaded by our uploader.
func (r *rig) duckUpload(ctx context.Context) (measure, error) {
	path := r.path("duckdb.csv")
	defer os.Remove(path)
	written, err := r.duckCopy(ctx, r.threads, path)
	if err != nil {
		return written, err
	}
	sent, err := took(func() error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = r.bucket.Put(ctx, "duckdb.csv", file, object.PutOptions{ContentType: "text/csv"})
		return err
	})
	return measure{written.wall + sent.wall, written.cpu + sent.cpu}, err
}

// duckRead is a typed read_csv in which every column of every row is wanted.
func (r *rig) duckRead(ctx context.Context, threads int) (measure, error) {
	if err := r.exec(ctx, "SET threads = %d", threads); err != nil {
		return measure{}, err
	}
	return took(func() error {
		return r.exec(ctx, "SELECT count(COLUMNS(*)) FROM %s", csvTable(r.billFile(r.lines), r.billType, "nullstr = '-'"))
	})
}
