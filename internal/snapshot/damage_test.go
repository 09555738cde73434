package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// readAll opens the latest snapshot and reads it to the end.
func readAll(t *testing.T, s *Store) (lines int, err error) {
	t.Helper()
	snapshot, err := s.Latest(uin, month)
	if err != nil {
		return 0, err
	}
	err = snapshot.Each(t.Context(), period.Day{}, func(*bill.Line) error { lines++; return nil })
	return lines, err
}

// damaged writes the bytes in the place of the snapshot and reads it.
func damaged(t *testing.T, s *Store, path string, bytes []byte, how string, at int) {
	t.Helper()
	if err := os.WriteFile(path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	lines, err := readAll(t, s)
	var corrupt *CorruptError
	if !errors.As(err, &corrupt) {
		t.Fatalf("%s at %d: %d lines were read, error %v", how, at, lines, err)
	}
	if corrupt.Path != path || corrupt.Problem == "" || corrupt.Remedy() == "" {
		t.Fatalf("%s at %d: %+v", how, at, corrupt)
	}
}

// TestDamageIsFound cuts a snapshot at every byte, flips a bit in every byte,
// and zeroes stretches as a torn write would; each must be told, and an older
// good snapshot must not stand in.
func TestDamageIsFound(t *testing.T) {
	s := newStore(t, 0)
	commit(t, s, sampleLines(t, 20), bill.Reading{})
	snapshot := commit(t, s, sampleLines(t, 60), bill.Reading{Warnings: []string{"a footer"}})
	good, err := os.ReadFile(snapshot.path)
	if err != nil {
		t.Fatal(err)
	}
	step := len(good)/500 + 1
	for at := 0; at < len(good); at++ {
		edge := at < 64 || at > len(good)-2*trailerBytes
		if at%step != 0 && !edge {
			continue
		}
		damaged(t, s, snapshot.path, good[:at], "cut", at)
		flipped := slices.Clone(good)
		flipped[at] ^= 1 << (at % 8)
		damaged(t, s, snapshot.path, flipped, "bit flipped", at)
	}
	for at := 0; at+512 < len(good); at += 512 {
		torn := slices.Clone(good)
		clear(torn[at : at+512])
		damaged(t, s, snapshot.path, torn, "zeroed", at)
	}
	damaged(t, s, snapshot.path, append(slices.Clone(good), 0), "something behind the end", len(good))
	if err := os.WriteFile(snapshot.path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if lines, err := readAll(t, s); lines != 60 || err != nil {
		t.Errorf("undamaged: %d lines, %v", lines, err)
	}
}

// TestBlocksAtAnotherPlaceAreFound swaps and repeats whole blocks, each of
// which is sound in itself.
func TestBlocksAtAnotherPlaceAreFound(t *testing.T) {
	s := newStore(t, 0)
	snapshot := commit(t, s, sampleLines(t, 3*blockRows), bill.Reading{})
	good, err := os.ReadFile(snapshot.path)
	if err != nil {
		t.Fatal(err)
	}
	first := len(head())
	second := blockEnd(good, first)
	third := blockEnd(good, second)
	swapped := slices.Concat(good[:first], good[second:third], good[first:second], good[third:])
	damaged(t, s, snapshot.path, swapped, "swapped", first)
}

func blockEnd(file []byte, at int) int {
	return at + blockHead + (int(file[at]) | int(file[at+1])<<8 | int(file[at+2])<<16)
}

// TestABetterSnapshotHeals: a damaged one does not stop the next.
func TestABetterSnapshotHeals(t *testing.T) {
	s := newStore(t, 0)
	lines := sampleLines(t, 60)
	snapshot := commit(t, s, lines, bill.Reading{})
	damaged(t, s, snapshot.path, []byte("nothing"), "overwritten", 0)
	commit(t, s, lines, bill.Reading{})
	if n, err := readAll(t, s); n != 60 || err != nil {
		t.Errorf("%d lines, %v", n, err)
	}
}

// nothingVisible checks that a failed writer left nothing.
func nothingVisible(t *testing.T, s *Store) {
	t.Helper()
	if _, err := s.Latest(uin, month); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a snapshot is visible: %v", err)
	}
	entries, err := os.ReadDir(filepath.Join(s.dir, uin))
	if err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

var errFull = errors.New("no space left on device")

// fullDisk is a disk with room for so many bytes, and then for an fsync or not.
type fullDisk struct {
	room     int
	failSync bool
}

type fullFile struct {
	file
	disk *fullDisk
}

func (f *fullFile) Write(b []byte) (int, error) {
	if f.disk.room -= len(b); f.disk.room < 0 {
		return 0, errFull
	}
	return f.file.Write(b)
}

func (f *fullFile) Sync() error {
	if f.disk.failSync {
		return errFull
	}
	return f.file.Sync()
}

func TestAFullDiskLeavesNothing(t *testing.T) {
	lines := shuffled(sampleLines(t, 1500))
	for room := 0; room < 5_000_000; room += room/6 + 1000 {
		s := newStore(t, 200<<10)
		disk, create := &fullDisk{room: room}, s.create
		s.create = func(path string) (file, error) {
			f, err := create(path)
			return &fullFile{f, disk}, err
		}
		snapshot, err := write(t, s, lines, bill.Reading{})
		if err == nil {
			if room < 50_000 {
				t.Fatalf("%d lines fit %d bytes", snapshot.Lines(), room)
			}
			return
		}
		if !errors.Is(err, errFull) {
			t.Fatalf("room for %d bytes: %v", room, err)
		}
		nothingVisible(t, s)
	}
	t.Error("no room was enough")
}

func TestAFailedSyncLeavesNothing(t *testing.T) {
	s := newStore(t, 0)
	create := s.create
	s.create = func(path string) (file, error) {
		f, err := create(path)
		return &fullFile{f, &fullDisk{room: 1 << 30, failSync: true}}, err
	}
	if _, err := write(t, s, sampleLines(t, 300), bill.Reading{}); !errors.Is(err, errFull) {
		t.Fatalf("got %v", err)
	}
	nothingVisible(t, s)
}
