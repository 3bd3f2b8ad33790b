# What you can do here. "make" alone lists it.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
FUZZTIME ?= 10m
KILLS ?= 1000

.PHONY: help build run test test-quick fmt soak bench attack fuzz

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

soak: ## kill the running program KILLS (1000) times and see that nothing is lost
	@FRONTDOOR_SOAK=$(KILLS) go test -count=1 -timeout 12h -v -run Kill ./test/crash

bench: ## measure the program under the load of a working day, on both databases
	@scripts/bench.sh

attack: ## attack the demonstration with sqlmap, wapiti and our own
	@scripts/attack.sh

fuzz: ## run each fuzz target for FUZZTIME (10m)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz.sh
