// profile makes a profile to measure with, or changes one as a session would:
//
//	profile [-seed N] [-scale X] DIR [SESSION]
//	profile -files N -size BYTES DIR ["touch"]   a large one; or some pages of its files written anew
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"

	"valise/bench/tree"
)

func main() {
	seed := flag.Uint64("seed", 1, "another one makes another profile")
	scale := flag.Float64("scale", 1, "how large, as a multiple of 126 MB")
	files := flag.Int("files", 0, "how many files a large one has")
	size := flag.Int64("size", 2<<30, "of how many bytes together")
	flag.Parse()
	if err := run(context.Background(), *seed, *scale, *files, *size, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, seed uint64, scale float64, files int, size int64, args []string) error {
	switch {
	case files > 0 && len(args) == 1:
		return tree.Large(ctx, args[0], seed, files, size)
	case files > 0 && len(args) == 2 && args[1] == "touch":
		return tree.TouchLarge(args[0], seed)
	case files == 0 && len(args) == 1:
		return tree.Profile(ctx, args[0], seed, scale)
	case files == 0 && len(args) == 2:
		n, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return tree.Session(ctx, args[0], seed, n)
	}
	return errors.New("usage: profile [-seed N] [-scale X] DIR [SESSION] | -files N -size BYTES DIR [touch]")
}
