# `make help` lists what there is; docs/development.md explains it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.NOTPARALLEL:

# One set of flags for all that is built with C: another one would mean minutes of building OpenGL anew.
export GOFLAGS := $(filter-out -buildvcs=false,$(GOFLAGS)) -buildvcs=false
VERSION := $(or $(shell git describe --tags --always --dirty 2>/dev/null),development)
LINK := -s -w -X main.version=$(VERSION)

# All but the program itself needs no C and no OpenGL, and is checked and tested without them, quickly. `-tags ci` has
# Fyne leave out what it has in C, so that the program too can be checked so, though not run.
GO_WITHOUT_C := CGO_ENABLED=0 go
PACKAGES = $(shell $(GO_WITHOUT_C) list -tags ci ./... | grep -v -x -e valise)
UNITS = $(filter-out valise/e2e%,$(PACKAGES))

# What the tests find in their environment. Chromium refuses to run as root unless it may do without its sandbox.
export VALISE_TOOLS := $(CURDIR)/build/tools
ifeq ($(shell id -u),0)
export VALISE_CHROMIUM_ARGS ?= --no-sandbox
endif

FUZZTIME ?= 5s
PREFIX ?= $(HOME)/.local

.PHONY: help run test tools format vet vet-windows vet-darwin lint unit fuzz e2e kills simulate bench build build/valise-faults \
	windows packages icons install uninstall clean

help: ## what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1 /p' Makefile | while read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

run: ## build Valise and open its window; installs what is missing for it
	@packaging/needs.sh run
	@$(MAKE) --no-print-directory build
	@packaging/run.sh

test: ## all checks and tests; installs what is missing for them
	@packaging/needs.sh test
	@$(MAKE) --no-print-directory format vet vet-windows vet-darwin lint unit fuzz build e2e

tools: ## the Go programs that the tests use
	@packaging/needs.sh tools

adblock: ## build/adblock: the ad blocker that sessions of an engine may ask for
	@packaging/needs.sh adblock

format: ## gofmt
	$(call heading,format)
	@files=$$(gofmt -l .); test -z "$$files" || { echo "not formatted (gofmt -w mends it):" $$files; exit 1; }

vet: ## go vet
	$(call heading,go vet)
	@$(GO_WITHOUT_C) vet -tags ci ./...
	@$(GO_WITHOUT_C) vet -tags faults ./internal/fault

vet-windows: ## go vet, for Windows
	$(call heading,go vet for Windows)
	@GOOS=windows $(GO_WITHOUT_C) vet -tags ci ./...

vet-darwin: ## go vet for macOS, but for the program itself: there, Fyne's does not do without C
	$(call heading,go vet for macOS)
	@GOOS=darwin $(GO_WITHOUT_C) vet -tags ci $$(GOOS=darwin $(GO_WITHOUT_C) list -tags ci ./... | grep -v -x -e valise)

lint: tools ## staticcheck
	$(call heading,staticcheck)
	@CGO_ENABLED=0 build/tools/staticcheck -tags ci ./...

unit: ## the tests of the packages
	$(call heading,tests of the packages)
	@$(GO_WITHOUT_C) test -p 2 -timeout 40m $(UNITS)

fuzz: ## every fuzz target for FUZZTIME (5s)
	$(call heading,fuzzing for $(FUZZTIME) each)
	@$(GO_WITHOUT_C) test -list '^Fuzz' $(UNITS) | \
		awk '/^Fuzz/ { names[n++] = $$1 } /^ok/ { for (i = 0; i < n; i++) print $$2, names[i]; n = 0 }' | \
		while read -r package name; do \
			echo "$$package $$name"; \
			$(GO_WITHOUT_C) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x -parallel 2 $$package </dev/null; \
		done

e2e: build build/valise-faults ## the tests of the whole program: go test's own flags in ARGS, as in make e2e ARGS='-run RollBack -v'
	$(call heading,tests of the whole program)
	@$(E2E) -timeout 30m $(ARGS) ./e2e/...

kills: build build/valise-faults ## kill app, browser or both ROUNDS (100) times at random, and once at each step; SEED repeats a run
	$(call heading,deaths of app and browser)
	@VALISE_ROUNDS=$(or $(ROUNDS),100) VALISE_SEED=$(SEED) $(E2E) -timeout 24h -v -run '^TestDeath' $(ARGS) ./e2e

simulate: ## SEEDS (100000) runs of simulated devices with one vault, and a broken copy of each rule; SEED is the first one
	$(call heading,simulation)
	@VALISE_SEEDS=$(or $(SEEDS),100000) VALISE_REAL_SEEDS=$(or $(REAL_SEEDS),100) VALISE_SEED=$(SEED) VALISE_RULES=all \
		$(GO_WITHOUT_C) test -count=1 -timeout 72h -v -run '^Test(Devices|EveryRule)' $(ARGS) ./profiles

E2E = VALISE_BINARY=$(CURDIR)/build/valise VALISE_FAULTS_BINARY=$(CURDIR)/build/valise-faults $(GO_WITHOUT_C) test -count=1

build: ## build/valise
	$(call heading,build)
	@CGO_ENABLED=1 go build -tags '$(TAGS)' -ldflags '$(LINK)' -o build/valise .

# The same program, in which tests can have app or browser die at any step (internal/fault).
build/valise-faults:
	@CGO_ENABLED=1 go build -tags '$(TAGS) faults' -ldflags '$(LINK)' -o $@ .

bench: ## measure Valise beside restic, borg and tar: flags in BENCH, as in make bench BENCH='-rounds 1 -only generated'
	@packaging/needs.sh bench
	$(call heading,measurements)
	@$(GO_WITHOUT_C) build -o build/bench/ ./bench/...
	@build/bench/bench $(BENCH)

# On Windows a program opens a terminal with its window, or is not waited for by the terminal it is typed in. Hence there are
# two, which differ in that: a double click finds the .exe, and a terminal finds the .com first.
windows: ## build/valise.exe and valise.com; installs the compiler that is missing for it
	@packaging/needs.sh windows
	$(call heading,build for Windows)
	@export CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc; \
		go build -ldflags '$(LINK) -H windowsgui' -o build/valise.exe .; \
		go build -ldflags '$(LINK)' -o build/valise.com .

packages: ## build/*.deb and build/*.rpm
	@packaging/needs.sh packages
	@rm -rf build/package
	@$(MAKE) --no-print-directory install DESTDIR=$(CURDIR)/build/package PREFIX=/usr
	$(call heading,packages)
	@export VERSION=$(if $(filter v%,$(VERSION)),$(VERSION:v%=%),0.0.0+$(VERSION)) GOARCH=$$(go env GOARCH); for kind in deb rpm; do \
		build/tools/nfpm package --config packaging/nfpm.yaml --packager $$kind --target build; \
	done

icons: ## draw the PNG icons from the SVG ones (with rsvg-convert)
	$(call heading,icons)
	@for size in 16 32; do rsvg-convert -w $$size -h $$size assets/icon-small.svg -o assets/icon-$$size.png; done
	@for size in 48 64 128 256 512; do rsvg-convert -w $$size -h $$size assets/icon.svg -o assets/icon-$$size.png; done
	@for icon in tray tray-running tray-waiting; do rsvg-convert -w 96 -h 96 assets/$$icon.svg -o assets/$$icon.png; done

# What is tested has Fyne watch that the screen is touched from one goroutine only; what is installed does without.
install: TAGS := migrated_fynedo
install: build ## into ~/.local, for this user: the program, its icon, its place in the menu of programs
	@install -D -m 755 build/valise $(DESTDIR)$(PREFIX)/bin/valise
	@install -D -m 644 packaging/app.valise.Valise.desktop -t $(DESTDIR)$(PREFIX)/share/applications
	@install -D -m 644 assets/icon.svg $(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps/app.valise.Valise.svg
	@for size in 16 32 48 64 128 256 512; do \
		install -D -m 644 assets/icon-$$size.png \
			$(DESTDIR)$(PREFIX)/share/icons/hicolor/$${size}x$$size/apps/app.valise.Valise.png; \
	done

uninstall: ## takes away what install put there
	@rm -f $(DESTDIR)$(PREFIX)/bin/valise $(DESTDIR)$(PREFIX)/share/applications/app.valise.Valise.desktop \
		$(DESTDIR)$(PREFIX)/share/icons/hicolor/*/apps/app.valise.Valise.*

clean: ## take away what was built, except for the tools
	@rm -rf build/valise build/valise-faults build/valise.exe build/valise.com build/bench build/screenshots

# heading says what comes, so that the last heading above an error names what failed.
define heading
	@printf '\n== %s\n' '$(1)'
endef
