package cli

import (
	"context"
	"sync"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func stopCommand(t *terminal) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "stop PROFILE | --all",
		Short: "Close running browsers, saving as each would",
		Long: `Close the running browsers of a profile, whichever window or command opened
them: the one that saves to it, and the throwaways of it. Each saves as it was
opened to do, and the receipts are printed.`,
		Example: "  valise stop shop",
		Args: func(c *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return misuse(c, "PROFILE and --all contradict each other")
			}
			if all {
				return nil
			}
			return takes("PROFILE")(c, args)
		},
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				sessions, err := lib.Sessions(ctx)
				if err != nil {
					return err
				}
				if !all {
					if sessions, err = sessionsOf(ctx, lib, sessions, args[0]); err != nil {
						return err
					}
				}
				return t.stop(ctx, lib, sessions)
			})
		},
		ValidArgsFunction: completeProfiles(1, running),
	}
	c.Flags().BoolVar(&all, "all", false, "close all of them")
	return c
}

// sessionsOf are those that save to the profile, and the throwaways that load it.
func sessionsOf(ctx context.Context, lib *profiles.Library, sessions []profiles.SessionInfo, profile string) ([]profiles.SessionInfo, error) {
	p, err := lib.Find(ctx, profile)
	if err != nil {
		return nil, err
	}
	var of []profiles.SessionInfo
	for _, s := range sessions {
		if s.SavesTo == p.ID || s.Throwaway() && s.Loads == p.ID {
			of = append(of, s)
		}
	}
	if len(of) == 0 {
		return nil, &profiles.NotFoundError{What: "session of", Name: p.Name}
	}
	return of, nil
}

// stop closes sessions all at once, and prints the receipts as they come.
func (t *terminal) stop(ctx context.Context, lib *profiles.Library, sessions []profiles.SessionInfo) error {
	var (
		closing sync.WaitGroup
		mu      sync.Mutex
		failed  failures
	)
	for _, s := range sessions {
		closing.Go(func() {
			receipt, err := lib.Stop(ctx, s.ID)
			if err != nil {
				mu.Lock()
				failed = append(failed, err)
				mu.Unlock()
				return
			}
			t.receipt(receipt)
		})
	}
	closing.Wait()
	return failed.orNil()
}
