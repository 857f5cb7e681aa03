// Valise keeps Chromium profiles as sealed snapshots: pack up a logged-in browser, open it anywhere.
//
// With no arguments it is the desktop application, with a verb it is a command. This file wires the two to what they
// need and decides nothing else; the packages are explained in docs/development.md.
package main

import (
	"context"
	"fmt"
	"os"

	"valise/cli"
	"valise/problem"
	"valise/profiles"
	"valise/ui"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
)

// version is set by the build (Makefile).
var version = "development"

// appID names the application to the desktop; FyneApp.toml and the .desktop file have the same.
const appID = "app.valise.Valise"

func main() {
	useConsole()
	profiles.LimitMemory()
	if len(os.Args) > 1 {
		os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, version))
	}
	if err := desktop(); err != nil {
		fmt.Fprintf(os.Stderr, "valise: %v\n%s\n", err, problem.NextStep(err))
		os.Exit(1)
	}
}

// desktop runs the window and the tray, unless another process of this home shows them: that one is brought forward.
func desktop() error {
	home, err := profiles.FindHome()
	if err != nil {
		return err
	}
	if profiles.Raise(context.Background(), home) {
		return nil
	}
	if err := needDisplay(); err != nil {
		return err
	}
	log, err := home.OpenLog()
	if err != nil {
		return err
	}
	defer log.Close()
	app.SetMetadata(fyne.AppMetadata{ID: appID, Name: "Valise", Version: version})
	ui.Run(app.NewWithID(appID), home, log.Logger)
	return nil
}
