package pgtest

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// account is the system's user that owns the servers: they refuse to run as
// root.
const account = "postgres"

// find returns the paths of programs, and installs the Debian package that has
// them when one is missing.
func find(debian string, names ...string) ([]string, error) {
	paths, err := look(names)
	if err == nil {
		return paths, nil
	}
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("%w: install the package %s", err, debian)
	}
	if err := install(debian); err != nil {
		return nil, fmt.Errorf("install the package %s: %w", debian, err)
	}
	return look(names)
}

func look(names []string) ([]string, error) {
	var paths []string
	for _, name := range names {
		// Debian keeps the programs of a server version out of PATH.
		found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
		if err != nil {
			return nil, err
		}
		for _, dir := range []string{"/usr/sbin/", "/usr/bin/", "/usr/local/bin/"} {
			if _, err := os.Stat(dir + name); err == nil {
				found = append(found, dir+name)
			}
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("the program %s is missing", name)
		}
		paths = append(paths, slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(major(a), major(b)) }))
	}
	return paths, nil
}

// major is the version in /usr/lib/postgresql/15/bin/initdb.
func major(path string) int {
	version, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return version
}

// install installs a Debian package. The lists of packages are fetched only
// when it does not work without.
func install(debian string) error {
	apt := func(args ...string) error {
		cmd := exec.Command("apt-get", append([]string{"-q", "-y", "-o", "DPkg::Lock::Timeout=300"}, args...)...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		return complete(cmd)
	}
	first := apt("install", "--no-install-recommends", debian)
	if first == nil {
		return nil
	}
	if err := apt("update"); err != nil {
		return errors.Join(first, err)
	}
	return apt("install", "--no-install-recommends", debian)
}

// folder makes a folder that belongs to whom the servers run as.
func folder() (string, error) {
	dir, err := os.MkdirTemp("", "deliverd-pg")
	if err != nil || os.Geteuid() != 0 {
		return dir, err
	}
	who, err := credential()
	if err != nil {
		return "", err
	}
	return dir, os.Chown(dir, int(who.Uid), int(who.Gid))
}

// credential is whom servers run as; nil: who runs the tests.
func credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup(account)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// command runs a program in dir, as whom servers run as, to its end.
func command(dir, name string, args ...string) error {
	who, err := credential()
	if err != nil {
		return err
	}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: who}
	return complete(cmd)
}

// complete runs a command. Its output goes to a file: a server that it leaves
// behind keeps the other end of a pipe open.
func complete(cmd *exec.Cmd) error {
	output, err := os.CreateTemp("", "deliverd-pg")
	if err != nil {
		return err
	}
	defer output.Close()
	if err := os.Remove(output.Name()); err != nil { // open, it can still be read
		return err
	}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		text, _ := io.ReadAll(io.NewSectionReader(output, 0, 1<<20))
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(text))
	}
	return nil
}

// life is a server that runs until this process has ended, in whatever way, or
// until it is stopped.
type life struct {
	cmd    *exec.Cmd
	pipe   io.Closer // the server lives while this end is open
	stderr io.Reader
}

// supervise runs two shell scripts: up now, down when the life ends; then it
// removes dir, which is $1 in both. What follows are $2 and on. The shell waits
// for the end of a pipe that nobody but this process holds open: a test that
// panics or is killed leaves nothing behind.
func supervise(dir, up, down string, args ...string) (*life, error) {
	who, err := credential()
	if err != nil {
		return nil, err
	}
	script := "trap '' INT TERM HUP\n" + up + "\ncat >/dev/null\ncd /\n" + down + "\n" + `rm -rf "$1"`
	cmd := exec.Command("sh", append([]string{"-c", script, "sh", dir}, args...)...)
	cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: who, Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	return &life{cmd, pipe, stderr}, cmd.Start()
}

// await reads what the server says until a line holds the text.
func (l *life) await(text string) error {
	var said []string
	lines := bufio.NewScanner(l.stderr)
	for lines.Scan() {
		if said = append(said, lines.Text()); strings.Contains(lines.Text(), text) {
			go io.Copy(io.Discard, l.stderr) //nolint:errcheck // so that it never waits to be heard
			return nil
		}
	}
	return fmt.Errorf("it ended before it said %q:\n%s", text, strings.Join(said, "\n"))
}

// stop ends it, and returns when it has ended.
func (l *life) stop() {
	l.pipe.Close() //nolint:errcheck // the end of this process closes it as well
	l.cmd.Wait()   //nolint:errcheck // its result says nothing
}
