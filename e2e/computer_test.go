// Package e2e tests the whole program as people use it: the real valise with a real browser, keyring and S3 server, on
// computers that share nothing.
//
// Start reading with computer (computer_test.go); wholeway_test.go is the story that everything else is a part of.
package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// computer is a computer with one person on it: a home directory, a keyring, and the valise program.
type computer struct {
	t       testing.TB
	dir     string   // the person's home directory; nothing of the computer lies outside
	home    string   // VALISE_HOME
	env     []string // of every command; later entries win
	through []string // the beginning of every command line: a program that runs the others
	binary  string   // the program; empty: as it is for people
}

// newComputer is a computer that valise was never started on.
func newComputer(t testing.TB) *computer {
	t.Helper()
	return newComputerAt(t, "valise")
}

// newComputerAt keeps valise's files at a path below the home directory.
func newComputerAt(t testing.TB, valiseHome string) *computer {
	t.Helper()
	env := testenv.Home(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	c := &computer{t: t, dir: dir, home: filepath.Join(dir, valiseHome)}
	if err := os.Mkdir(c.temporary(), 0o700); err != nil {
		t.Fatal(err)
	}
	c.env = slices.Concat(env, testenv.Keyring(t), []string{
		"VALISE_HOME=" + c.home, "TMPDIR=" + c.temporary(), "VALISE_CHROMIUM_ARGS=" + testenv.ChromiumArgs(),
	})
	return c
}

// temporary is the folder for temporary files.
func (c *computer) temporary() string { return filepath.Join(c.dir, "tmp") }

// with is the same computer, for commands that have these entries in their environment too.
func (c *computer) with(env ...string) *computer {
	other := *c
	other.env = slices.Concat(c.env, env)
	return &other
}

// fresh is another home on the same computer, that valise was never started on, with the same keyring.
func (c *computer) fresh(home string) *computer {
	other := c.with("VALISE_HOME=" + filepath.Join(c.dir, home))
	other.home = filepath.Join(c.dir, home)
	return other
}

// in is the same computer, for a part of a test.
func (c *computer) in(t testing.TB) *computer {
	other := *c
	other.t = t
	return &other
}

// answer is what a command left behind.
type answer struct {
	code     int
	out, err string
}

// valise runs a command to its end.
func (c *computer) valise(args ...string) answer {
	c.t.Helper()
	return c.valiseReading("", args...)
}

// valiseReading is valise with something on standard input.
func (c *computer) valiseReading(stdin string, args ...string) answer {
	c.t.Helper()
	cmd := c.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := testenv.Start(c.t, cmd).Wait()
	return answer{exitCode(c.t, err), out.String(), errs.String()}
}

func (c *computer) command(args ...string) *exec.Cmd {
	binary := c.binary
	if binary == "" {
		binary = testenv.Binary(c.t)
	}
	line := slices.Concat(c.through, []string{binary}, args)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = c.env
	return cmd
}

func exitCode(t testing.TB, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitCode()
}

// does is valise for a command that has to succeed.
func (c *computer) does(args ...string) answer {
	c.t.Helper()
	return c.well(c.valise(args...), args...)
}

func (c *computer) well(a answer, args ...string) answer {
	c.t.Helper()
	if a.code != 0 {
		c.t.Fatalf("valise %s ended with code %d:\n%s%s", strings.Join(args, " "), a.code, a.out, a.err)
	}
	return a
}

// connect keeps the computer's vault in the server's bucket too.
func (c *computer) connect(server *testenv.S3Server) {
	c.t.Helper()
	c.connectBy(server, server.Endpoint)
}

// connectBy goes to the server by way of another endpoint.
func (c *computer) connectBy(server *testenv.S3Server, endpoint string) {
	c.t.Helper()
	c.with(server.Env()...).does("vault", "connect", bucketURL(server), "--endpoint", endpoint)
}

// join makes the computer use the vault that another one has connected to the bucket, by its recovery code.
func (c *computer) join(server *testenv.S3Server, recoveryCode string) {
	c.t.Helper()
	args := []string{"vault", "join", bucketURL(server), "--endpoint", server.Endpoint}
	c.well(c.with(server.Env()...).valiseReading(recoveryCode, args...), args...)
}

// bucketURL is where the tests keep a vault in a server's bucket.
func bucketURL(server *testenv.S3Server) string { return "s3://" + server.Bucket + "/of/ours" }

func (c *computer) recoveryCode() string {
	c.t.Helper()
	return c.does("vault", "key").out
}

// profile and snapshot are what the listings say of them.
type profile struct {
	ID, Name, State, Where, Newest string
	Snapshots                      int
}

type snapshot struct {
	ID, Parent, Ended, Where, Label string
	Newest, Branch                  bool
}

func (c *computer) profiles() []profile {
	c.t.Helper()
	var list []profile
	c.readJSON(&list, "list", "--json")
	return list
}

// profile is the one with this name.
func (c *computer) profile(name string) profile {
	c.t.Helper()
	for _, p := range c.profiles() {
		if p.Name == name {
			return p
		}
	}
	c.t.Fatalf("no profile %q", name)
	return profile{}
}

func (c *computer) history(name string) []snapshot {
	c.t.Helper()
	var list []snapshot
	c.readJSON(&list, "history", name, "--json")
	return list
}

// waiting is how many objects wait to be sent to the vault's place.
func (c *computer) waiting() int {
	c.t.Helper()
	var status struct{ Waiting int }
	c.readJSON(&status, "vault", "status", "--json")
	return status.Waiting
}

func (c *computer) readJSON(into any, args ...string) {
	c.t.Helper()
	if err := json.Unmarshal([]byte(c.does(args...).out), into); err != nil {
		c.t.Fatalf("valise %s: %v", strings.Join(args, " "), err)
	}
}

// files are those that match a pattern.
func files(t testing.TB, pattern ...string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(pattern...))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
