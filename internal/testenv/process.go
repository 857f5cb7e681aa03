package testenv

import (
	"bytes"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// grace is how long a process has to end after SIGTERM before it is killed.
const grace = 10 * time.Second

// lifetime is how long a process may run on while a test waits for its end.
const lifetime = 3 * time.Minute

// Process is a program that a test runs beside itself.
type Process struct {
	t      testing.TB
	cmd    *exec.Cmd
	output transcript
	once   sync.Once
	err    error
}

// Start starts cmd for the length of the test. At the test's end the process gets SIGTERM (so that Xvfb takes its lock
// file away and valise closes its browsers), and SIGKILL if that does not end it; on Linux it is also killed when the
// test program dies. What it prints to a stream that cmd leaves open is kept, and shown if the test fails.
//
// Wait for it with Process.Wait, not with cmd.Wait.
func Start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	p := &Process{t: t, cmd: cmd}
	if cmd.Stdout == nil {
		cmd.Stdout = &p.output
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &p.output
	}
	cmd.WaitDelay = grace // a grandchild that holds the streams open must not hold the test up
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	t.Cleanup(func() {
		p.Stop()
		if output := p.Output(); t.Failed() && output != "" {
			t.Logf("%s printed:\n%s", cmd.Path, output)
		}
	})
	return p
}

// Wait waits for the end of the process and returns what exec.Cmd.Wait does. It may be called more than once. A process
// that does not end fails the test, which shows where the process stands if it is a Go program.
func (p *Process) Wait() error {
	p.once.Do(func() {
		late := time.AfterFunc(lifetime, func() {
			p.t.Errorf("%s does not end, after %v", p.cmd.Path, lifetime)
			p.cmd.Process.Signal(syscall.SIGQUIT)
			time.AfterFunc(grace, func() { p.cmd.Process.Kill() })
		})
		defer late.Stop()
		p.err = p.cmd.Wait()
	})
	return p.err
}

// Output is what the process has printed so far.
func (p *Process) Output() string { return p.output.String() }

// Pid is the process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Signal sends the process a signal, os.Kill for instance.
func (p *Process) Signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatalf("send %v to %s: %v", signal, p.cmd.Path, err)
	}
}

// Stop ends the process and waits until it is gone. Start does so at the end of the test.
func (p *Process) Stop() {
	if p.cmd.Process.Signal(syscall.SIGTERM) != nil {
		p.cmd.Process.Kill() // it is gone already, or this system has no signals
	}
	last := time.AfterFunc(grace, func() { p.cmd.Process.Kill() })
	p.Wait()
	last.Stop()
}

// transcript is a buffer that is written by a process and read by a test at the same time.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
