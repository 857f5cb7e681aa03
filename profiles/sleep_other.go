//go:build !linux

package profiles

import (
	"context"
	"log/slog"
)

// beforeSleep does nothing here: nobody tells.
func beforeSleep(context.Context, *slog.Logger, func(context.Context)) {}
