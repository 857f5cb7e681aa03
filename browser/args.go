package browser

import (
	"errors"
	"os"
	"strings"
)

// ambientArgs are the arguments of VALISE_CHROMIUM_ARGS.
func ambientArgs() ([]string, error) {
	args, err := splitArgs(os.Getenv("VALISE_CHROMIUM_ARGS"))
	if err != nil {
		return nil, ErrBadArguments.Because(err)
	}
	return args, nil
}

// splitArgs splits a line as a POSIX shell does, without expanding anything: blanks separate, a backslash takes the next
// character as it is, nothing is special in '...', and only \ before ", \, $ or ` is in "...".
func splitArgs(line string) ([]string, error) {
	var args []string
	var arg strings.Builder
	inArg := false
	quote := rune(0)
	escaped := false
	for _, c := range line {
		switch {
		case escaped:
			if quote == '"' && !strings.ContainsRune("\"\\$`", c) {
				arg.WriteByte('\\')
			}
			arg.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			escaped, inArg = true, true
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				arg.WriteRune(c)
			}
		case c == '\'' || c == '"':
			quote, inArg = c, true
		case strings.ContainsRune(" \t\r\n", c):
			if inArg {
				args = append(args, arg.String())
				arg.Reset()
				inArg = false
			}
		default:
			arg.WriteRune(c)
			inArg = true
		}
	}
	switch {
	case escaped:
		return nil, errors.New("it ends in a backslash")
	case quote != 0:
		return nil, errors.New("a quote is not closed")
	case inArg:
		args = append(args, arg.String())
	}
	return args, nil
}
