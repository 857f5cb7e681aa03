#!/bin/sh
# Gets what this machine lacks to build, run or test Valise. The Makefile calls it:
#
#   packaging/needs.sh run        what the window is built with, and a browser
#   packaging/needs.sh test       the same, and what the tests run beside Valise
#   packaging/needs.sh bench      what `make bench` measures Valise beside, and a browser
#   packaging/needs.sh windows    the C compiler for `make windows`
#   packaging/needs.sh tools      the Go programs that the tests use, built into build/tools
#   packaging/needs.sh adblock    Node.js, and the rules of `make adblock`
#   packaging/needs.sh packages   the one that makes .deb and .rpm files
#
# On Debian and its relatives it installs what is missing, and says so first. Where nothing is missing it does and says
# nothing. On other systems it says what is missing and how to get it.
set -eu
cd "$(dirname "$0")/.."

# Each line: how to see that the part is there (a program, or a library that pkg-config knows), and the package that
# has it on Debian, Fedora and Arch.

# Fyne draws with OpenGL, on X11 and on Wayland. A gcc without its recommendations comes without the C library's headers.
window='
gcc                  gcc              gcc                gcc
cc                   libc6-dev        glibc-devel        glibc
pkg-config           pkg-config       pkgconf-pkg-config pkgconf
gl.pc                libgl1-mesa-dev  mesa-libGL-devel   libglvnd
x11.pc               libx11-dev       libX11-devel       libx11
xrandr.pc            libxrandr-dev    libXrandr-devel    libxrandr
xcursor.pc           libxcursor-dev   libXcursor-devel   libxcursor
xi.pc                libxi-dev        libXi-devel        libxi
xinerama.pc          libxinerama-dev  libXinerama-devel  libxinerama
xxf86vm.pc           libxxf86vm-dev   libXxf86vm-devel   libxxf86vm
wayland-client.pc    libwayland-dev   wayland-devel      wayland
xkbcommon.pc         libxkbcommon-dev libxkbcommon-devel libxkbcommon'

# The tests have a display of their own with a mouse, a keyboard, a clipboard and a window manager, and a session bus
# with a keyring.
tests='
Xvfb                 xvfb             xorg-x11-server-Xvfb xorg-server-xvfb
xdotool              xdotool          xdotool            xdotool
xev                  x11-utils        xev                xorg-xev
xclip                xclip            xclip              xclip
openbox              openbox          openbox            openbox
dbus-daemon          dbus-daemon      dbus-daemon        dbus
gnome-keyring-daemon gnome-keyring    gnome-keyring      gnome-keyring'

peers='
restic               restic           restic             restic
borg                 borgbackup       borgbackup         borg
age                  age              age                age
zstd                 zstd             zstd               zstd
tar                  tar              tar                tar'

browser='
chromium             chromium         chromium           chromium'

node='
node                 nodejs           nodejs             nodejs
npm                  npm              npm                npm'

windows='
x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64 mingw64-gcc  mingw-w64-gcc'

main() {
	command -v go >/dev/null || stop "Go is missing: https://go.dev/doc/install tells how to get it."
	case "${1-} $(uname -s)" in
	"run Darwin")
		on_macos
		;;
	"run "*)
		groups=window
		want_browser
		get
		;;
	"test Linux")
		groups="window tests"
		want_browser
		want_node
		get
		build_tools
		playwright
		adblock
		;;
	"test "*)
		stop "The tests bring a display, a tray and a keyring of their own, which only Linux has."
		;;
	"bench Linux")
		groups=peers
		want_browser
		get
		build_tools
		;;
	"bench "*)
		stop "The programs that Valise is measured beside are taken from Linux distributions."
		;;
	"windows "*)
		groups=windows
		get
		;;
	"tools "*)
		build_tools
		;;
	"adblock "*)
		groups=
		want_node
		get
		adblock
		;;
	"packages "*)
		tool nfpm github.com/goreleaser/nfpm/v2 v2.45.2 /cmd/nfpm "it makes .deb and .rpm files"
		;;
	*)
		stop "usage: packaging/needs.sh run|test|bench|windows|tools|adblock|packages"
		;;
	esac
}

stop() {
	printf '%s\n' "$@" >&2
	exit 1
}

# get finds out what is missing of the groups, and installs it where it knows how.
get() {
	manager=
	for name in apt-get dnf pacman; do
		[ -n "$manager" ] || ! command -v $name >/dev/null || manager=$name
	done
	packages=
	for group in $groups; do
		missing=$(missing_in $group)
		[ -n "$missing" ] || continue
		[ -n "$packages" ] || echo "This machine lacks what Valise needs"
		echo "  $(purpose $group): $missing"
		packages="$packages $missing"
	done
	case "$manager:$packages" in
	*:) ;;
	apt-get:*) install_debian $packages ;;
	dnf:*) stop "Install it with: sudo dnf install$packages" ;;
	pacman:*) stop "Install it with: sudo pacman -S$packages" ;;
	*) stop "Install these programs, and the libraries that pkg-config calls so." ;;
	esac
}

purpose() {
	case $1 in
	window) echo "to build and show its window" ;;
	browser) echo "as the browser that it opens" ;;
	tests) echo "for its tests, as their display, keyboard, tray and keyring" ;;
	node) echo "to run Playwright, which a test has drive a session" ;;
	peers) echo "to measure it beside them" ;;
	windows) echo "to build the program for Windows" ;;
	esac
}

# missing_in prints what is missing of a group: the packages, or the parts themselves where their packages are not known.
missing_in() {
	eval "parts=\$$1"
	echo "$parts" | while read -r part debian fedora arch; do
		case "$manager:$part" in
		*:) ;;
		apt-get:*) dpkg-query -W -f '${db:Status-Status}\n' "$debian" 2>/dev/null | grep -qx installed || echo "$debian" ;;
		dnf:*) has "$part" || echo "$fedora" ;;
		pacman:*) has "$part" || echo "$arch" ;;
		*) has "$part" || echo "$part" ;;
		esac
	done | xargs
}

has() {
	case $1 in
	*.pc) pkg-config --exists "${1%.pc}" 2>/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

install_debian() {
	sudo=
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || stop "Install it as root: apt-get install --no-install-recommends $*"
		sudo=sudo
	fi
	echo "Installing it with apt-get${sudo:+; sudo may ask for your password}."
	$sudo apt-get update -qq
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# want_browser adds the browser to what is wanted, unless there is one. On Ubuntu the package is a door to a snap.
want_browser() {
	if a_browser; then return; fi
	if grep -qs '^ID=ubuntu' /etc/os-release; then
		stop "Valise needs Chromium, Chrome, Edge or Brave, and this machine has none that it can use: one from a snap may not" \
			"open Valise's files, and Ubuntu has Chromium only so. Get one from https://www.google.com/chrome/ or" \
			"https://brave.com/linux/ as a .deb file and install it with: sudo apt-get install ./FILE.deb" \
			"A browser in another place is named by VALISE_BROWSER=/path/to/it."
	fi
	groups="$groups browser"
}

a_browser() {
	[ -z "${VALISE_BROWSER-}" ] || return 0
	for program in chromium chromium-browser google-chrome google-chrome-stable brave-browser microsoft-edge; do
		path=$(command -v $program) || continue
		case $(readlink -f "$path") in
		*/snap*) continue ;; # a snap has links to /usr/bin/snap
		esac
		grep -qs /snap/ "$path" || return 0 # Ubuntu's chromium-browser is a script that starts the snap
	done
	return 1
}

# want_node adds Node.js to what is wanted, unless it is there, from wherever.
want_node() { command -v npm >/dev/null || groups="$groups node"; }

on_macos() {
	xcode-select -p >/dev/null 2>&1 || stop "The C compiler is missing: xcode-select --install"
	for name in Chromium 'Google Chrome' 'Brave Browser' 'Microsoft Edge'; do
		[ ! -d "/Applications/$name.app" ] || return 0
	done
	[ -n "${VALISE_BROWSER-}" ] || stop "Valise needs Chromium, Chrome, Edge or Brave in /Applications."
}

# build_tools builds the Go programs that the tests use, in the versions that they are known to work with. A program
# says itself which version it is of, so that nothing is built twice.
build_tools() {
	tool staticcheck honnef.co/go/tools v0.8.2 /cmd/staticcheck "the code checker"
	tool versitygw github.com/versity/versitygw v1.8.0 /cmd/versitygw "the S3 server that the tests save to, a few minutes"
}

# playwright gets the driver library alone, without browsers of its own.
playwright() {
	grep -qs '"version": "1.64.1"' build/tools/node_modules/playwright-core/package.json && return
	echo "Getting playwright-core 1.64.1: a test has it drive a session."
	npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix build/tools playwright-core@1.64.1
}

# adblock makes the ad blocker of the engine's sessions out of AdGuard's rules, which it gets from npm.
adblock() {
	version=3.3.20260320140136
	sum=e33d0ca941cf87ad801d837b9ede97cfe79a00812919fbc8b64882590d9f0927
	[ ! -f build/adblock/LICENSE ] || ! grep -qs "dnr-rulesets $version " build/adblock/NOTICE || return 0
	echo "Getting AdGuard's rules $version for the ad blocker of sessions."
	rm -rf build/rules
	mkdir -p build/rules
	npm pack --silent --pack-destination build/rules "@adguard/dnr-rulesets@$version" >/dev/null
	got=$({ sha256sum build/rules/*.tgz 2>/dev/null || shasum -a 256 build/rules/*.tgz; } | cut -d' ' -f1)
	[ "$got" = "$sum" ] || stop "The rules that came have the SHA-256 $got, not $sum: they are not the ones that Valise knows."
	tar -xzf build/rules/*.tgz -C build/rules package/package.json package/LICENSE package/dist/filters/declarative/ruleset_2
	CGO_ENABLED=0 go run ./packaging/adblock build/rules/package build/adblock
	rm -rf build/rules
}

tool() {
	if go version -m "build/tools/$1" 2>/dev/null | grep -q "$(printf 'mod\t%s\t%s\t' "$2" "$3")"; then return; fi
	echo "Building $1 $3: $5."
	GOBIN="$PWD/build/tools" go install "$2$4@$3"
}

main "$@"
