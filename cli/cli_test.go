package cli

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"valise": func() {
			os.Exit(Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, "1.2.3"))
		},
	})
}

// run carries out a command line in a home of its own.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("VALISE_HOME", t.TempDir())
	t.Setenv("VALISE_KEY_FILE", t.TempDir()+"/keys")
	var out, err bytes.Buffer
	code = Run(t.Context(), args, strings.NewReader(""), &out, &err, "1.2.3")
	return code, out.String(), err.String()
}

func TestAWrongCommandLineIsExplainedAndEndsWithCode2(t *testing.T) {
	for _, test := range []struct{ line, says string }{
		{"", "valise needs a verb"},
		{"opne shop", `"opne" is no verb of valise; did you mean "open"?`},
		{"vault sattus", `"sattus" is no verb of valise vault; did you mean "status"?`},
		{"vault", "valise vault needs a verb"},
		{"help opne", `"opne" is no verb of valise`},
		{"list shop", `"shop" is one argument too many`},
		{"list --colour", "unknown flag: --colour"},
		{"open", "PROFILE is missing"},
		{"open shop cart", `"cart" is one argument too many`},
		{"open shop --throwaway --save-as other", "--throwaway and --save-as contradict each other"},
		{"open shop --save-as a --save-over b", "--save-as and --save-over contradict each other"},
		{"open shop --at=", "--at is empty"},
		{"new", "NAME is missing"},
		{"new shop --throwaway", "unknown flag: --throwaway"},
		{"run shop", "COMMAND is missing; it stands after --"},
		{"run shop --", "COMMAND is missing; it stands after --"},
		{"run shop echo", "COMMAND is missing; it stands after --"},
		{"run -- echo", "PROFILE is missing"},
		{"run shop cart -- echo", `"cart" is one argument too many`},
		{"stop", "PROFILE is missing"},
		{"stop shop --all", "PROFILE and --all contradict each other"},
		{"rollback shop", "SNAPSHOT is missing"},
		{"fork shop", "NEW-NAME is missing"},
		{"fork shop other --at=", "--at is empty"},
		{"rename shop", "NEW-NAME is missing"},
		{"trash", "PROFILE is missing"},
		{"untrash", "PROFILE is missing"},
		{"export shop", "FILE is missing"},
		{"export shop shop.json", `"shop.json" does not end in .valise`},
		{"export shop shop", `"shop" does not end in .valise`},
		{"export shop shop.valise --at=", "--at is empty"},
		{"import", "FILE is missing"},
		{"import shop.valise --name=", "--name is empty"},
		{"serve --max-import 0", "--max-import must be 1 or more"},
		{"vault connect", "PLACE is missing"},
		{"vault connect s3://", "this names no place for a vault"},
		{"vault connect s3://bucket --endpoint ftp://s3.example", "this names no place for a vault"},
		{"vault connect stick --region eu", "--endpoint, --region, --style and --ca-file are for buckets"},
		{"vault connect s3://bucket --style subdomain", "this names no place for a vault"},
		{"vault connect s3://bucket --ca-file nowhere.pem", "--ca-file: open nowhere.pem: "},
		{"vault connect s3://bucket --ca-file cli_test.go", "--ca-file: it holds no certificate"},
		{"vault join a b", `"b" is one argument too many`},
		{"completion tcsh", `"tcsh" is no shell that Valise knows`},
	} {
		t.Run(test.line, func(t *testing.T) {
			code, stdout, stderr := run(t, strings.Fields(test.line)...)
			if code != exitUsage {
				t.Errorf("exit code %d", code)
			}
			first, next, _ := strings.Cut(stderr, "\n")
			if !strings.HasPrefix(first, "valise: "+test.says) {
				t.Errorf("it says %q", first)
			}
			if !strings.HasPrefix(next, "Usage: valise") || !strings.Contains(next, " -h` says more.") {
				t.Errorf("the next step is %q", next)
			}
			if stdout != "" {
				t.Errorf("standard output has %q", stdout)
			}
		})
	}
}

func TestAnEmptyArgumentIsWrongUsage(t *testing.T) {
	for _, line := range [][]string{{"open", ""}, {"new", ""}, {"rename", "shop", ""}, {"trash", "shop", ""}, {"vault", "connect", ""}} {
		code, _, stderr := run(t, line...)
		if code != exitUsage || !strings.Contains(stderr, " is empty\n") {
			t.Errorf("%q: exit code %d, %s", line, code, stderr)
		}
	}
}

func TestACommandThatDoesNotExistIsFoundOutBeforeABrowserIsOpened(t *testing.T) {
	code, _, stderr := run(t, "run", "shop", "--", "no-such-command-anywhere")
	if code != exitNoCommand || !strings.Contains(stderr, "valise: the command cannot be run: ") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	plain := t.TempDir() + "/plain"
	if err := os.WriteFile(plain, []byte("not a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run(t, "run", "shop", "--", plain); code != exitCannotRun {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestShellsCompleteVerbsAndFlags(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if code, stdout, stderr := run(t, "completion", shell); code != exitDone || !strings.Contains(stdout, "__complete") {
			t.Errorf("%s: exit code %d, %s", shell, code, stderr)
		}
	}
	if _, stdout, _ := run(t, "__complete", "vault", "con"); !strings.HasPrefix(stdout, "connect\t") {
		t.Errorf("after `valise vault con` the shell is offered %q", stdout)
	}
	if _, stdout, _ := run(t, "__complete", "open", "shop", "--save"); !strings.Contains(stdout, "--save-as\t") {
		t.Errorf("after `valise open shop --save` the shell is offered %q", stdout)
	}
}
