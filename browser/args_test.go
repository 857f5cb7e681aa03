package browser

import (
	"slices"
	"testing"
)

func TestArgumentsAreSplitAsAShellSplitsThem(t *testing.T) {
	for _, test := range []struct {
		line string
		want []string
	}{
		{``, nil},
		{"  \t ", nil},
		{`--no-sandbox --disable-gpu`, []string{"--no-sandbox", "--disable-gpu"}},
		{`--lang="de AT"`, []string{"--lang=de AT"}},
		{`'--a b' c`, []string{"--a b", "c"}},
		{`--a=\ b`, []string{"--a= b"}},
		{`'C:\new\dir'`, []string{`C:\new\dir`}},
		{`"C:\new\dir"`, []string{`C:\new\dir`}},
		{`"a\"b" 'a"b' a\"b`, []string{`a"b`, `a"b`, `a"b`}},
		{`"\$HOME \\"`, []string{`$HOME \`}},
		{`"" ''`, []string{"", ""}},
		{`--title='Ä'"ö"ü`, []string{"--title=Äöü"}},
	} {
		got, err := splitArgs(test.line)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v; want %q", test.line, got, err, test.want)
		}
	}
}

func TestArgumentsThatAreNotFinishedAreRefused(t *testing.T) {
	for _, line := range []string{`"a`, `'a`, `a\`} {
		if got, err := splitArgs(line); err == nil {
			t.Errorf("%s: %q", line, got)
		}
	}
}
