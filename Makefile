# The tasks of deliverd. They need Go, git, make and bash; tools are built from
# the Go module proxy into bin/, once per version.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GOLANGCI_LINT_VERSION := v2.11.4
GOVULNCHECK_VERSION := v1.9.0
# 2.46 and later need a module that the module proxy does not give everywhere.
NFPM_VERSION := v2.45.2
GOLANGCI_LINT := bin/golangci-lint-$(GOLANGCI_LINT_VERSION)
GOVULNCHECK := bin/govulncheck-$(GOVULNCHECK_VERSION)
NFPM := bin/nfpm-$(NFPM_VERSION)

# Of packages: the tag, or what sorts before the first and by the number of commits.
VERSION = $(shell git describe --tags --exact-match --match 'v*' 2>/dev/null || echo "v0.0.0-$$(git rev-list --count HEAD).g$$(git rev-parse --short HEAD)")
ARCH = $(shell go env GOARCH)

# The race detector needs a C compiler; without one it is left out, and said so.
RACE = $(shell if [ "$$(go env CGO_ENABLED)" = 1 ] && command -v "$$(go env CC | cut -d' ' -f1)" >/dev/null; then echo -race; fi)

# The tests that have a size for `make test` and a big one. A package whose tests
# do not know DELIVERD_SOAK has none.
SOAK := Kill|Nodes|Months|Rehears|Soak

.PHONY: help
help: ## list the targets
	@awk -F': .*## ' '/^[a-z0-9-]+: .*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## do the whole job on a sample bill, without a cloud account
	./bin/deliverd demo

.PHONY: build
build: ## build bin/deliverd
	CGO_ENABLED=0 go build -trimpath -o bin/deliverd ./cmd/deliverd

.PHONY: packages
packages: build $(NFPM) ## build the Debian and RPM packages into dist/ (ARCH=arm64 VERSION=v1.2.3)
	@mkdir -p dist
	CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH) go build -buildvcs=true -trimpath -o dist/deliverd ./cmd/deliverd
	./bin/deliverd print-config --defaults >dist/deliverd.yaml
	for kind in deb rpm; do \
	  ARCH=$(ARCH) VERSION=$(VERSION) SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) \
	    ./$(NFPM) package --config deploy/packages/nfpm.yaml --packager $$kind --target dist/; \
	done

# Tests that start the program again and again, as several nodes or to kill it:
# what they prove lies between processes, where the race detector does not look.
PROCESSES := ^Test(EndToEnd|Nodes|(Run)?KilledAtAnyMoment)

.PHONY: test
test: tidy-check fmt-check lint vulncheck build ## everything: tidy, format, vet, lint, all tests with the race detector, end to end
	@go build -o bin/tally .ci/tally.go
	@[ -n "$(RACE)" ] || echo "race detector: not run (no C compiler)"
	@{ status=0; \
	   go test $(RACE) -shuffle=on -skip '$(PROCESSES)' -json ./... || status=1; \
	   go test -run '$(PROCESSES)' -count=1 -json ./cmd/deliverd || status=1; \
	   exit $$status; } | ./bin/tally -must TestEndToEnd

.PHONY: e2e
e2e: ## run the built binary end to end
	go test -run EndToEnd -count=1 ./cmd/deliverd

.PHONY: soak
soak: ## the big sizes, printed: 200 kills, 3 nodes × 1,000 accounts × 3 days, 24 random rehearsals of 400 days
	DELIVERD_SOAK=1 go test -count=1 -timeout 120m -p 1 -parallel 1 -v -run '$(SOAK)' \
	  $$(grep -rl --include=*_test.go DELIVERD_SOAK cmd internal | xargs -n1 dirname | sort -u | sed 's,^,./,')

.PHONY: bench
bench: ## run the benchmarks, then the table beside DuckDB
	go test -run '^$$' -bench . -benchmem ./internal/...
	go test -run '^$$' -bench . -benchtime 1x ./cmd/deliverd
	$(MAKE) bench-table

.PHONY: bench-table
bench-table: build ## print our speed and memory beside DuckDB's (BENCH='-lines 100000 -runs 1' for a short one)
	cd internal/bench && go run . $(BENCH)

.PHONY: lint
lint: $(GOLANGCI_LINT) ## go vet, and golangci-lint as .golangci.yml says
	go vet ./...
	go vet .ci/tally.go
	$(GOLANGCI_LINT) run ./...

.PHONY: fmt
fmt: ## format the Go files
	@"$$(go env GOROOT)/bin/gofmt" -l -w cmd deploy internal .ci

.PHONY: fmt-check
fmt-check: ## fail when a Go file is not formatted
	@unformatted=$$("$$(go env GOROOT)/bin/gofmt" -l cmd deploy internal .ci); \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi

.PHONY: tidy-check
tidy-check: ## fail when go.mod or go.sum is not tidy
	go mod tidy -diff

.PHONY: vulncheck
vulncheck: $(GOVULNCHECK) ## look for known vulnerabilities, where their database can be reached
	@.ci/vulnerabilities $(GOVULNCHECK)

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/bin GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv bin/golangci-lint $@

$(GOVULNCHECK):
	GOBIN=$(CURDIR)/bin GOFLAGS= go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	mv bin/govulncheck $@

$(NFPM):
	GOBIN=$(CURDIR)/bin GOFLAGS= go install github.com/goreleaser/nfpm/v2/cmd/nfpm@$(NFPM_VERSION)
	mv bin/nfpm $@
