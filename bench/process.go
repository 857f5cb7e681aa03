package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// job is what one program, or several that pass on what they write, is to do.
type job struct {
	Commands [][]string
	Dir      string
	Env      []string
	Out      string // the file that the last one writes to
}

// outcome is what they used: see measured.
type outcome struct {
	Wall, CPU float64
	Peak      int64
	Said      string
	Failed    string
}

// measure runs a job.
func measure(ctx context.Context, j job) (outcome, error) {
	var o outcome
	input, err := json.Marshal(j)
	if err != nil {
		return o, err
	}
	c := exec.CommandContext(ctx, beside("measured"))
	c.Stdin, c.Stderr = bytes.NewReader(input), os.Stderr
	output, err := c.Output()
	if err != nil {
		return o, fmt.Errorf("%v: %w", j.Commands, err)
	}
	if err := json.Unmarshal(output, &o); err != nil {
		return o, err
	}
	if o.Failed != "" {
		return o, errors.New(o.Failed)
	}
	return o, nil
}

// do runs a job of which nobody wants to know what it used.
func do(ctx context.Context, j job) error {
	_, err := measure(ctx, j)
	return err
}

// beside is a program that was built together with this one.
func beside(name string) string {
	self, err := os.Executable()
	if err != nil {
		panic(failure(err.Error()))
	}
	return filepath.Join(filepath.Dir(self), name)
}
