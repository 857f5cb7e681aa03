// profile makes a profile to measure with, or changes one as a session would: profile DIR, profile DIR N.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"

	"valise/bench/tree"
)

func main() {
	seed := flag.Uint64("seed", 1, "another one makes another profile")
	scale := flag.Float64("scale", 1, "how large, as a multiple of 126 MB")
	flag.Parse()
	var err error
	switch flag.NArg() {
	case 1:
		err = tree.Profile(context.Background(), flag.Arg(0), *seed, *scale)
	case 2:
		var n int
		if n, err = strconv.Atoi(flag.Arg(1)); err == nil {
			err = tree.Session(context.Background(), flag.Arg(0), *seed, n)
		}
	default:
		err = fmt.Errorf("usage: profile [-seed N] [-scale X] DIR [SESSION]")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
