package billsource

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
)

const (
	daily8  = uin + "-20251208-by_used_time-bill_details.csv"
	daily9  = uin + "-20251209-by_used_time-bill_details.csv"
	monthly = uin + "-202512-by_used_time-bill_details.csv"
)

func TestExactlyOneSetIsUsed(t *testing.T) {
	eight, nine := partnerBill(row("2025-12-08", "8")), partnerBill(row("2025-12-09", "9"))
	whole := partnerBill(row("2025-12-31", "31"))
	for _, test := range []struct {
		name            string
		fs              fstest.MapFS
		asked, through  string
		costs, warnings int
		first, source   string
	}{
		{"the greatest daily", folder(daily8, eight, daily9, nine), "2025-12-09", "2025-12-09", 1, 0, "9", daily9 + " in /srv/."},
		{"a daily past the asked day", folder(daily8, eight, daily9, nine), "2025-12-07", "2025-12-09", 1, 0, "9", daily9 + " in /srv/."},
		{"the monthly before any daily", folder(daily9, nine, monthly, whole), "2025-12-31", "2025-12-31", 1, 0, "31", monthly + " in /srv/."},
		{"dated before undated", folder(daily9, nine, "bill.csv", whole), "2025-12-09", "2025-12-09", 1, 1, "9", daily9 + " in /srv/."},
		{"undated are united", folder("a.csv", eight, "b.csv", nine), "2025-12-09", "2025-12-09", 2, 0, "8", "2 files in /srv/."},
		{"undated of another month left aside", folder("a.csv", partnerBill(row("2025-11-08", "1")), "b.csv", nine), "2025-12-09", "2025-12-09", 1, 0, "9", "b.csv in /srv/."},
		{"another account and month left aside", folder("3001-20251210-x-bill_details.csv", whole, uin+"-20251130-x-bill_details.csv", whole, daily9, nine), "2025-12-09", "2025-12-09", 1, 0, "9", daily9 + " in /srv/."},
		{"other bills left aside", folder(uin+"-202512-by_used_time-bill_pack.zip", "x", "FOCUS-bill_details-"+uin+"-20251210.CSV", "x", daily9, nine), "2025-12-09", "2025-12-09", 1, 0, "9", daily9 + " in /srv/."},
		{"unfinished and hidden left aside", folder(monthly+".part", "x", ".DS_Store", "x", "x.crdownload", "x", "y.tmp", "", daily9, nine), "2025-12-09", "2025-12-09", 1, 0, "9", daily9 + " in /srv/."},
		{"folders are not looked into", folder("old/"+monthly, whole, daily9, nine), "2025-12-09", "2025-12-09", 1, 0, "9", daily9 + " in /srv/."},
		{"an empty page beside others", folder("1.csv", nine, "2.csv", partnerHeader+"\n"), "2025-12-09", "2025-12-09", 1, 0, "9", "2 files in /srv/."},
		{"a date that does not exist is no date", folder(uin+"-20251301-bill_details.csv", nine), "2025-12-09", "2025-12-09", 1, 0, "9", uin + "-20251301-bill_details.csv in /srv/."},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines, reading := mustRead(t, test.fs, ".", wanted(t, test.asked))
			if got := reading.Through; got != day(t, test.through) {
				t.Errorf("Through is %s, want %s", got, test.through)
			}
			if len(lines) != test.costs || lines[0][bill.TotalCost] != test.first || len(reading.Warnings) != test.warnings || reading.Source != test.source {
				t.Errorf("got %d lines, the first of %s, warnings %q, source %q", len(lines), lines[0][bill.TotalCost], reading.Warnings, reading.Source)
			}
		})
	}
}

func TestABillThatIsNotThereIsWaitedFor(t *testing.T) {
	nine := partnerBill(row("2025-12-09", "9"))
	fresh := folder(daily9, nine)
	fresh[daily9].ModTime = now.Add(-30 * time.Second)
	future := folder(daily9, nine)
	future[daily9].ModTime = now.Add(20 * time.Second)
	freshUndated := folder("bill.csv", nine)
	freshUndated["bill.csv"].ModTime = now
	for _, test := range []struct {
		name  string
		fs    fstest.MapFS
		path  string
		asked string
		says  []string
	}{
		{"an empty folder", fstest.MapFS{".": {Mode: fs.ModeDir}}, ".", "2025-12-09", []string{"/srv/.", uin, "2025-12", "it is empty"}},
		{"a daily that ends too early", folder(daily8, nine), ".", "2025-12-09", []string{daily8, "ends on 2025-12-08", "2025-12-09 is asked for"}},
		{"a file that ends too early", folder(daily8, nine), daily8, "2025-12-09", []string{"ends on 2025-12-08"}},
		{"another account only", folder("3001-20251210-x-bill_details.csv", nine), ".", "2025-12-09", []string{"3001-20251210-x-bill_details.csv (another account)"}},
		{"another month only", folder(uin+"-202511-x-bill_details.csv", nine), ".", "2025-12-09", []string{"(another month)"}},
		{"an undated of another month only", folder("nov.csv", partnerBill(row("2025-11-08", "1"))), ".", "2025-12-09", []string{"nov.csv (of 2025-11)"}},
		{"no bill files", folder("notes.txt", "x", "sub/x.csv", nine), ".", "2025-12-09", []string{"notes.txt (no CSV", "sub (a folder)"}},
		{"many others", folder("1.txt", "", "2.txt", "", "3.txt", "", "4.txt", "", "5.txt", "", "6.txt", "", "7.txt", ""), ".", "2025-12-09", []string{"and 2 more"}},
		{"undated that end too early", folder("bill.csv", nine), ".", "2025-12-10", []string{"last bill day in it is 2025-12-09", "2025-12-10 is asked for"}},
		{"changed half a minute ago", fresh, ".", "2025-12-09", []string{"changed 30s ago", "1m0s"}},
		{"changed just after now", future, daily9, "2025-12-09", []string{"changed 0s ago"}},
		{"undated changed now", freshUndated, ".", "2025-12-09", []string{"bill.csv changed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := read(t, test.fs, test.path, wanted(t, test.asked))
			wantError(t, err, true, test.says...)
		})
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	nine := partnerBill(row("2025-12-09", "9"))
	noMonth := "Owner Account ID,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Cost\n" + uin + ",CVM,x,2025-12-09,2025-12-09,1\n"
	for _, test := range []struct {
		name string
		fs   fstest.MapFS
		path string
		says []string
	}{
		{"two monthly files", folder(monthly, nine, uin+"-202512-by_used_time-bill_details (1).csv", nine), ".", []string{monthly, "bill_details (1).csv", "same date", "remove one"}},
		{"two daily files of the greatest date", folder(daily9, nine, uin+"-20251209-bill_details.zip", nine), ".", []string{daily9, "bill_details.zip"}},
		{"a file of another account", folder("3001-20251209-x-bill_details.csv", nine), "3001-20251209-x-bill_details.csv", []string{"account 3001", uin}},
		{"a file of another month", folder(uin+"-202511-x-bill_details.csv", nine), uin + "-202511-x-bill_details.csv", []string{"2025-11", "2025-12"}},
		{"an undated file of another month", folder("nov.csv", partnerBill(row("2025-11-08", "1"))), "nov.csv", []string{"nov.csv is the bill of 2025-11"}},
		{"an undated file without month", folder("bill.csv", noMonth), "bill.csv", []string{"does not say its month", "say --month 2025-12"}},
		{"an undated file without month in a folder", folder("bill.csv", noMonth), ".", []string{"bill.csv", "say --month 2025-12"}},
		{"an undated file without rows", folder("bill.csv", partnerHeader+"\n"), ".", []string{"say --month 2025-12"}},
		{"no such file", folder(), "bill.csv", []string{"does not exist"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines, _, err := read(t, test.fs, test.path, wanted(t, "2025-12-09"))
			wantError(t, err, false, test.says...)
			if len(lines) > 0 {
				t.Errorf("%d lines were given", len(lines))
			}
		})
	}
}

func TestAPersonSaysTheMonth(t *testing.T) {
	noMonth := "Owner Account ID,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Cost\n"
	known := wanted(t, "2025-12-09")
	known.MonthKnown = true
	t.Run("a file without month", func(t *testing.T) {
		lines, reading := mustRead(t, folder("bill.csv", noMonth+uin+",CVM,x,2025-12-09,2025-12-09,1\n"), ".", known)
		if len(lines) != 1 || reading.Through != day(t, "2025-12-09") {
			t.Errorf("got %d lines through %s", len(lines), reading.Through)
		}
	})
	t.Run("a bill without lines is the whole month", func(t *testing.T) {
		lines, reading := mustRead(t, folder("bill.csv", noMonth), "bill.csv", known)
		if len(lines) != 0 || reading.Through != day(t, "2025-12-31") {
			t.Errorf("got %d lines through %s", len(lines), reading.Through)
		}
	})
	t.Run("but the file says another one", func(t *testing.T) {
		_, _, err := read(t, folder("nov.csv", partnerBill(row("2025-11-08", "1"))), "nov.csv", known)
		wantError(t, err, false, "2025-11")
	})
}

func TestTheMonthIsThatOfTheFirstGoodRow(t *testing.T) {
	want := wanted(t, "2025-12-09")
	want.SkipBadRows = true
	fsys := folder("bill.csv", partnerBill("2025-12,100", row("2025-12-09", "9")), "nov.csv", partnerBill("2025-12,100", row("2025-11-09", "1")))
	lines, reading := mustRead(t, fsys, ".", want)
	if len(lines) != 1 || reading.SkippedRows != 1 {
		t.Errorf("%d lines, %d skipped", len(lines), reading.SkippedRows)
	}
}

// A link to a file is the file, a link to a folder a folder, and a link to
// nothing is left aside.
func TestLinks(t *testing.T) {
	dir, away := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(away, "nine"), []byte(partnerBill(row("2025-12-09", "9"))), 0o600); err != nil {
		t.Fatal(err)
	}
	old := now.Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(away, "nine"), old, old); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{daily9: "nine", "folder.csv": "", monthly: "nothing"} {
		if err := os.Symlink(filepath.Join(away, target), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	lines, reading := mustRead(t, os.DirFS(dir), ".", wanted(t, "2025-12-09"))
	if len(lines) != 1 || reading.Source != daily9+" in /srv/." {
		t.Errorf("%d lines of %s", len(lines), reading.Source)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]Config{"no file system": {}, "a path that climbs out": {FS: folder(), Path: "../x"}, "an absolute path": {FS: folder(), Path: "/srv"}} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(c); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestADatedBillWithoutLines(t *testing.T) {
	lines, reading := mustRead(t, folder(daily9, partnerHeader), ".", wanted(t, "2025-12-09"))
	if len(lines) != 0 || reading.Through != day(t, "2025-12-09") {
		t.Errorf("got %d lines through %s", len(lines), reading.Through)
	}
}

func TestAChangeWhileReadingIsWaitedFor(t *testing.T) {
	nine := partnerBill(row("2025-12-09", "9"))
	for _, test := range []struct {
		name   string
		fs     fstest.MapFS
		change func(fstest.MapFS)
		says   string
	}{
		{"grown", folder(daily9, nine), func(m fstest.MapFS) {
			m[daily9] = &fstest.MapFile{Data: []byte(nine + nine), ModTime: m[daily9].ModTime}
		}, "changed while it was read"},
		{"written again", folder(daily9, nine), func(m fstest.MapFS) { m[daily9] = &fstest.MapFile{Data: []byte(nine), ModTime: now} }, "changed while it was read"},
		{"removed", folder(daily9, nine), func(m fstest.MapFS) { delete(m, daily9) }, "went away"},
		{"one more undated", folder("1.csv", nine), func(m fstest.MapFS) { m["2.csv"] = file(nine) }, "set of files"},
		{"broken because it is written again", folder(daily9, partnerBill(row("2025-12-09", "9"), "half a ro")), func(m fstest.MapFS) { m[daily9] = &fstest.MapFile{Data: []byte(nine), ModTime: now} }, "changed while it was read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := New(Config{FS: test.fs, Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.Read(context.Background(), wanted(t, "2025-12-09"), func(*bill.Line) error { test.change(test.fs); return nil })
			wantError(t, err, true, test.says)
		})
	}
}

func TestReadStopsWhenTold(t *testing.T) {
	f, err := New(Config{FS: folder(daily9, directBill(5000)), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	t.Run("by the receiver", func(t *testing.T) {
		if _, err := f.Read(context.Background(), wanted(t, "2025-12-09"), func(*bill.Line) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("got %v, want the receiver's own error", err)
		}
	})
	t.Run("by the context", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		lines := 0
		_, err := f.Read(ctx, wanted(t, "2025-12-09"), func(*bill.Line) error { lines++; cancel(stop); return nil })
		if !errors.Is(err, stop) || lines > contextEvery {
			t.Errorf("got %v after %d lines", err, lines)
		}
	})
}

func TestProgress(t *testing.T) {
	data := directBill(8000)
	for name, data := range map[string]string{"csv": data, "zip": zipped(t, "a.csv", data)} {
		t.Run(name, func(t *testing.T) {
			var told []int64
			f, err := New(Config{FS: folder(benchName+name, data), Now: func() time.Time { return now }, Progress: func(read, total int64) {
				if total != int64(len(data)) {
					t.Errorf("total is %d, want %d", total, len(data))
				}
				told = append(told, read)
			}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Read(context.Background(), wanted(t, "2025-12-09"), func(*bill.Line) error { return nil }); err != nil {
				t.Fatal(err)
			}
			if len(told) == 0 || told[len(told)-1] != int64(len(data)) {
				t.Errorf("told %v, want the whole size at last", told)
			}
			for i := 1; i < len(told); i++ {
				if told[i] < told[i-1] {
					t.Errorf("progress went back: %v", told)
				}
			}
		})
	}
}

func TestNames(t *testing.T) {
	for _, test := range []struct{ name, uin, month, day string }{
		{"100010445724-20241208-by_used_time-bill_details.zip", "100010445724", "2024-12", "2024-12-08"},
		{"100010445724-202411-by_used_time-bill_details.zip", "100010445724", "2024-11", ""},
		{"100010445724-20210810-bill_details.zip", "100010445724", "2021-08", "2021-08-10"},
		{"1-202411-Bill Details (1).CSV", "1", "2024-11", ""},
		{"1-202411-费用-明细账单.zip", "1", "2024-11", ""},
		{"100047070895-20260430-分账报表-明细账单.zip", "", "", ""},
		{"100010445724-202411-by_used_time-bill_pack.zip", "", "", ""},
		{"1-20260430-by_used_time-FOCUS-Bill Details.zip", "", "", ""},
		{"FOCUS-bill_details-200020002001-20251209.CSV", "", "", ""},
		{"1-20240230-bill_details.zip", "", "", ""},
		{"1-202413-bill_details.zip", "", "", ""},
		{"november.csv", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, ok := parseName(test.name)
			got := []string{p.uin, "", ""}
			if !ok {
				got[0] = ""
			} else if got[1] = p.month.String(); !p.day.IsZero() {
				got[2] = p.day.String()
			}
			if diff := cmp.Diff([]string{test.uin, test.month, test.day}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
