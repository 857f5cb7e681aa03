// measured runs one program, or several of which each reads what the one before writes, and says what they used. It is a
// process of its own because the system counts the memory of the process that starts another as that one's, up to the
// moment it is started: this one has next to none.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// job is read from the standard input, outcome written to the standard output.
type job struct {
	Commands [][]string
	Dir      string
	Env      []string // added to its own
	Out      string   // the file that the last one's output goes to; empty: Outcome.Said
}

type outcome struct {
	Wall, CPU float64 // seconds; CPU is user and system time of all processes
	Peak      int64   // bytes: the peaks of the commands, added up
	Said      string
	Failed    string
}

func main() {
	var j job
	err := json.NewDecoder(os.Stdin).Decode(&j)
	var o outcome
	if err == nil {
		err = run(j, &o)
	}
	if err != nil {
		o.Failed = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(j job, o *outcome) error {
	var commands []*exec.Cmd
	var errors, said bytes.Buffer
	var pipes []io.Closer
	closePipes := func() {
		for _, p := range pipes {
			p.Close()
		}
		pipes = nil
	}
	defer closePipes()
	for i, args := range j.Commands {
		c := exec.Command(args[0], args[1:]...)
		c.Dir, c.Env, c.Stderr = j.Dir, append(os.Environ(), j.Env...), &errors
		if i > 0 {
			r, w, err := os.Pipe()
			if err != nil {
				return err
			}
			commands[i-1].Stdout, c.Stdin = w, r
			pipes = append(pipes, r, w)
		}
		commands = append(commands, c)
	}
	last := commands[len(commands)-1]
	last.Stdout = &said
	if j.Out != "" {
		f, err := os.Create(j.Out)
		if err != nil {
			return err
		}
		defer f.Close()
		last.Stdout = f
	}
	began := time.Now()
	for _, c := range commands {
		if err := c.Start(); err != nil {
			return err
		}
	}
	closePipes()
	var failed error
	for _, c := range commands {
		if err := c.Wait(); err != nil && failed == nil {
			failed = fmt.Errorf("%v: %w: %s", c.Args, err, errors.String())
		}
	}
	o.Wall = time.Since(began).Seconds()
	for _, c := range commands {
		o.CPU += (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
		o.Peak += c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	}
	o.Said = said.String()
	return failed
}
