package pgtest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestEveryTestHasAnEmptyDatabaseOfItsOwn(t *testing.T) {
	first, second := Start(t), Start(t)
	if first == second {
		t.Fatalf("two tests share %s", first)
	}
	for _, url := range []string{first, second, Bouncer(t, second, "session")} {
		var tables int
		ask(t, url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'", &tables)
		if tables != 0 {
			t.Errorf("%s has %d tables", url, tables)
		}
		if url != first {
			continue
		}
		ask(t, url, "CREATE TABLE x (i INT); SELECT 1", nil)
	}
}

func TestDatabasesGoWithTheTest(t *testing.T) {
	var url string
	t.Run("a test", func(t *testing.T) { url = Start(t) })
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		conn.Close(t.Context())
		t.Errorf("%s is still there", url)
	}
}

func ask(t *testing.T, url, query string, answer any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if answer == nil {
		_, err = conn.Exec(t.Context(), query)
	} else {
		err = conn.QueryRow(t.Context(), query).Scan(answer)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A test binary that is killed leaves no server and no folder behind. The child
// starts a cluster and kills itself; the other end of its third file is held by
// everything that it has started, so that its end is theirs.
func TestNothingOutlivesTheBinary(t *testing.T) {
	if os.Getenv("PGTEST_CHILD") != "" {
		Start(t)
		s, err := cluster()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("folder", s.life.cmd.Dir)
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		self.Kill()
		select {}
	}
	gone, alive, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer gone.Close()
	child := exec.Command(os.Args[0], "-test.run=^TestNothingOutlivesTheBinary$")
	child.Env = append(os.Environ(), "PGTEST_CHILD=1")
	child.ExtraFiles = []*os.File{alive}
	out, err := child.Output()
	alive.Close()
	if err == nil || !strings.Contains(string(out), "folder ") {
		t.Fatalf("the child did not die: %v\n%s", err, out)
	}
	dir := strings.Fields(string(out))[1]
	if _, err := io.ReadAll(gone); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}
