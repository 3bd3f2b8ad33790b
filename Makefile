# What you can do here. "make" alone lists it.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
FUZZTIME ?= 30s

.PHONY: help build run test test-quick fmt bench fuzz

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/frontdoor
	@CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/frontdoor ./cmd/frontdoor

run: build ## start a demonstration with invented people
	@bin/frontdoor demo

test: ## run every check, on both databases and in a browser
	@scripts/test.sh

test-quick: ## run the tests without the browser and the race detector
	@go test $$(go list ./... | grep -v '/test/journeys')

fmt: ## format the code
	@go tool gofumpt -l -w .

bench: ## run the benchmarks
	@go test -run '^$$' -bench . -benchmem $$(go list ./... | grep -v '/test/')

fuzz: ## run each fuzz target for FUZZTIME (30s)
	@set -e; grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do \
		sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file" | while read -r target; do \
			echo "== $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null; \
		done; \
	done
