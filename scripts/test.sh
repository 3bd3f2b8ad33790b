#!/usr/bin/env bash
# Every check of the project, on both databases and in a real browser.
# Needs Go, a C compiler (for the race detector), PostgreSQL and Chromium; the
# last two are installed from Debian's packages when missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$1"; }

# One way of building for everything but the race detector, so that each package
# is compiled once.
export CGO_ENABLED=0 GOFLAGS=-trimpath

need_postgres=
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need_postgres=postgresql
[ -z "${FRONTDOOR_TEST_POSTGRES:-}" ] || need_postgres=
need_chromium=
command -v chromium >/dev/null 2>&1 || need_chromium=chromium
if [ -n "$need_postgres$need_chromium" ]; then
	step "install $need_postgres $need_chromium"
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		echo "Missing: $need_postgres $need_chromium" >&2
		echo "Install them first, on Debian or Ubuntu with: sudo apt-get install $need_postgres $need_chromium" >&2
		exit 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >/dev/null
	# shellcheck disable=SC2086 # each name is a word of its own
	apt-get install -y -q --no-install-recommends $need_postgres $need_chromium >/dev/null
fi

# What runs beside this script ends with it, in whatever way that comes.
watching= server_pid=
leave() {
	[ -z "$watching" ] || kill -- "-$watching" 2>/dev/null || true
	[ -z "$server_pid" ] || stop_server
}
trap leave EXIT

if [ -z "${FRONTDOOR_TEST_POSTGRES:-}" ]; then
	step "start a throwaway PostgreSQL"
	# The server ends when its input does.
	coproc PG { exec internal/store/storetest/server.sh; }
	server_pid=$PG_PID
	stop_server() {
		eval "exec ${PG[1]}>&-"
		wait "$server_pid" || true
	}
	said=
	while read -r line <&"${PG[0]}"; do
		case $line in postgres://*) FRONTDOOR_TEST_POSTGRES=$line && break ;; esac
		said+=$line$'\n'
	done
	if [ -z "${FRONTDOOR_TEST_POSTGRES:-}" ]; then
		printf 'PostgreSQL did not start:\n%s' "$said" >&2
		server_pid=
		exit 1
	fi
	export FRONTDOOR_TEST_POSTGRES
fi

step "format"
unformatted=$(go tool gofumpt -l .)
if [ -n "$unformatted" ]; then
	printf 'Not formatted; run "make fmt":\n%s\n' "$unformatted" >&2
	exit 1
fi

step "vet"
go vet ./...

step "staticcheck"
go tool staticcheck ./...

step "build"
make build

step "check the content"
bin/frontdoor check

# What watches a program of its own from outside, or walks a great many pages or
# requests one after another, learns nothing from the race detector, which makes
# it five times as slow: the packages themselves run the same code under it. So do
# the scenarios, whose acts take turns, every page looked at in a browser, what only
# reckons or sets pages, and all journeys but the one in which two people save at once.
plain='/(cmd/frontdoor|internal/(book|contact|county|demo)|test/(access|attack|bench|cluster|crash|hostile|journeys|live|privacy|upgrade))$'
turns='^(TestScenarios|Test.*In(A|The)Browser)$'

# Nor does the inside of SQLite, which is C turned into Go and took two thirds of the
# time: a connection is one goroutine's at a time, and the driver round it, where two
# would meet, is watched as everything else is.
unwatched='-gcflags=github.com/ncruces/go-sqlite3-wasm/...=-race=false'

# all gives every package but those named, after them: the longest begin first, and
# none is left to run alone at the end.
all() {
	printf '%s\n' "$@"
	go list ./... | sed "s|^$(go list -m)|.|" | grep -vxF "$(printf '%s\n' "$@")"
}

# Memory is cleared as seldom as where the program runs (steady in cmd/frontdoor/serve.go):
# more often took from a fifteenth to a fifth of the processor.
export GOGC=400

# Vet has run already, over all of it. Each part runs whatever became of the one
# before, so that one run shows all that is wrong.
raced() { CGO_ENABLED=1 go test -race "$unwatched" -vet=off -timeout 40m "$@"; }
plainly() { go test -p 3 -vet=off -timeout 40m "$@"; }

# shellcheck disable=SC2046 # each package is a word of its own
watched() {
	local bad=
	raced -skip "$turns" $(all ./internal/casework ./internal/web/editor ./internal/site ./internal/store | grep -Ev "$plain") || bad=yes
	raced -run '^TestServe' ./cmd/frontdoor || bad=yes
	raced -run '^TestTogether$' ./test/journeys || bad=yes
	[ -z "$bad" ]
}

# shellcheck disable=SC2046
unraced() {
	local bad=
	plainly $(all ./test/journeys ./test/access ./test/cluster ./test/crash | grep -E "$plain") || bad=yes
	plainly -run "$turns" ./internal/casework \
		$(grep -rlE 'func Test.*In(A|The)Browser\(' --include='*_test.go' internal | xargs dirname | sort -u | sed 's|^|./|') || bad=yes
	[ -z "$bad" ]
}

# Side by side: what waits, for a server that is started again or for a browser,
# leaves its turn to what reckons.
step "tests: with the race detector, and beside them scenarios, pages in a browser and the running program"
log=$(mktemp)
set -m # a process group of its own, to end it with
watched >"$log" 2>&1 &
watching=$!
set +m
bad=
unraced || bad=yes
wait "$watching" || bad=yes
watching=
step "what was tested with the race detector"
cat "$log"
rm -f "$log"
[ -z "$bad" ] || exit 1

printf '\nAll checks passed.\n'
