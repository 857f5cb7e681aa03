#!/bin/sh
# Opens the window of the Valise that was just built. Where there is no display, it says what does the work without.
set -eu
valise=build/valise
if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
	cat <<END
There is no display here to open a window on (DISPLAY and WAYLAND_DISPLAY are not set).
The same work is done by commands, for instance:

  $valise new NAME --headless --cdp    open a browser in a new profile; it is saved when the browser closes
  $valise open NAME --headless --cdp   open that profile again
  $valise list                         what is there
  $valise -h                           all commands

Where there is no keyring either, set VALISE_KEY_FILE to a file for the vault's key.
END
	[ "$(id -u)" != 0 ] || echo "As root, Chromium runs only with VALISE_CHROMIUM_ARGS=--no-sandbox."
	exit 0
fi
exec $valise
