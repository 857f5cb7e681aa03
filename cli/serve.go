package cli

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"time"

	"valise/engine"
	"valise/profiles"

	"github.com/spf13/cobra"
)

// closingPatience is how long a browser may take to close in order when the engine is asked to end.
const closingPatience = 20 * time.Second

func serveCommand(t *terminal) *cobra.Command {
	listener := engine.Listener{Address: engine.DefaultAddress}
	var public string
	var options engine.Options
	var maxImport int64
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve sessions over HTTP, as Hyperbeam's API has it",
		Long: `Serve sessions over HTTP until interrupted. Callers show an API key, which
` + "`valise serve key new`" + ` makes. What they start runs on this computer without
a window, bound to the profiles of its vault, and is shown at the address that
the answer holds.

Interrupting it (Ctrl-C, SIGTERM) closes the browsers in order and saves.`,
		Example: "  valise serve\n  valise serve --listen :8900 --tls-cert cert.pem --tls-key key.pem",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if (listener.Cert == "") != (listener.Key == "") {
				return misuse(c, "--tls-cert and --tls-key go together")
			}
			if public != "" {
				u, err := url.Parse(public)
				if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
					return misuse(c, "--public must be an http or https address, as in https://valise.example.org")
				}
				options.Public = u
			}
			if maxImport < 1 || maxImport > 1<<30 {
				return misuse(c, "--max-import must be 1 or more")
			}
			options.MaxImport = maxImport << 20
			if options.Adblock != "" {
				if err := engine.CheckAdblock(options.Adblock); err != nil {
					return err
				}
			} else if program, err := os.Executable(); err == nil {
				options.Adblock = engine.AdblockBeside(program)
			}
			return t.serve(c.Context(), listener, options)
		},
	}
	f := c.Flags()
	f.StringVar(&listener.Address, "listen", listener.Address, "the `ADDRESS` to listen on")
	f.StringVar(&listener.Cert, "tls-cert", "", "a certificate `FILE` (PEM), with what it is signed by")
	f.StringVar(&listener.Key, "tls-key", "", "the `FILE` of its key (PEM)")
	f.BoolVar(&listener.Insecure, "insecure", false, "allow an address that others reach without TLS")
	f.StringVar(&public, "public", "", "the `URL` under which others reach the engine")
	f.IntVar(&options.MaxSessions, "sessions", 20, "how many `SESSIONS` may run at a time")
	f.BoolVar(&options.PublicOnly, "public-only", false, "keep sessions out of private networks")
	f.Int64Var(&maxImport, "max-import", 4096, "the largest file to import, in `MIB`")
	f.StringVar(&options.Adblock, "adblock", "", "the `FOLDER` of an ad blocker for sessions")
	c.AddCommand(serveKeyCommand(t))
	return c
}

// serve serves until ctx ends. Vault and place are kept together all the time.
func (t *terminal) serve(ctx context.Context, listener engine.Listener, o engine.Options) error {
	return t.withLibrary(ctx, true, func(lib *profiles.Library, log *slog.Logger) error {
		keys := engine.KeysOf(lib.Home())
		known, err := keys.List()
		if err != nil {
			return err
		}
		t.recover(ctx, lib)
		at, err := listener.Listen()
		if err != nil {
			return err
		}
		scheme := "http"
		if listener.Cert != "" {
			scheme = "https"
		}
		t.print("Listening on %s://%s", scheme, at.Addr())
		if len(known) == 0 {
			t.say("No key can call it yet: `valise serve key new` makes one.")
		}
		o.Log = log
		return engine.New(lib, keys, o).Serve(ctx, at, closingPatience)
	})
}
