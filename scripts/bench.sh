#!/usr/bin/env bash
# Measures the program under the load of a working day on both databases, with
# other programs beside it for scale, and writes Markdown and JSON. What it
# measures and how is in docs/performance.md.
#
#   SCALE="town county"   how much data: town, county, demo or a number of people; town and county are compared
#   ENGINES="sqlite postgres"
#   DATA=/tmp/county      prepared data, made when missing, copied and not changed: a data folder
#                         DATA/sqlite-SCALE/data and a PostgreSQL server's folder DATA/postgres that
#                         holds a database called SCALE, all with the key DATA/key
#   POSTGRES=             the address of a running server that holds them instead, such as
#                         postgres://postgres@127.0.0.1:5432
#   OUT=/tmp/frontdoor-bench.md   the results; the JSON is beside it
#   WINDOW=20s ALONE=2s RATE=200  for how long the mix and each thing alone, and how many requests a second
#   WARM=60s              for how long the mix is offered before, so that the system has read what a working day uses
#   YARDSTICKS="nginx pocketbase" other programs to measure, or none
#   MICRO=1               run the small benchmarks after; 0 leaves them out
#   BENCH_IN_PLACE=1      work on the prepared data itself, where there is no room for a copy of it. It is
#                         changed by that, and the next run finds it so
#
# --profile writes profiles of the program into OUT's folder, and measures a
# program that was built for that.
#
# Needs Go and PostgreSQL; nginx is installed from Debian's packages when missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

SCALE=${SCALE:-town county}
ENGINES=${ENGINES:-sqlite postgres}
DATA=${DATA:-/tmp/county}
OUT=${OUT:-/tmp/frontdoor-bench.md}
WINDOW=${WINDOW:-20s}
WARM=${WARM:-60s}
ALONE=${ALONE:-2s}
RATE=${RATE:-200}
YARDSTICKS=${YARDSTICKS-nginx pocketbase}
MICRO=${MICRO:-1}
POCKETBASE=${POCKETBASE:-v0.39.0}
BENCH_IN_PLACE=${BENCH_IN_PLACE:-}
profile=
[ "${1:-}" != --profile ] || profile=1

step() { printf '\n== %s\n' "$1" >&2; }

work=$(mktemp -d "${TMPDIR:-/tmp}/frontdoor-bench.XXXXXX")
chmod 711 "$work" # nginx, as another user, passes through
started=()
cleanup() {
	for pid in "${started[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	if [ -n "${pg_started:-}" ]; then
		sql -c "drop database if exists bench_run with (force)" "$pg_url/postgres" >/dev/null 2>&1 || true
		(cd "$pg_dir" && as_postgres "$pg_bin/pg_ctl" -D "$pg_dir" -m fast stop >/dev/null 2>&1) || true
	fi
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

as_postgres() {
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}
free_port() { shuf -i 20000-32000 -n 1; } # below the ports that connections out take

step "build"
export CGO_ENABLED=0
flags=()
if [ -n "$profile" ]; then
	printf '{"Replace":{"%s/cmd/frontdoor/bench_profile.go":"%s/test/bench/testdata/profile.go"}}' "$PWD" "$PWD" >"$work/overlay.json"
	flags=(-overlay "$work/overlay.json")
fi
go build -trimpath "${flags[@]}" -o "$work/frontdoor" ./cmd/frontdoor
go build -o "$work/bench" ./test/bench
bench=$work/bench

fill() { # fill SCALE FLAGS… makes a scale's data in an empty place
	local scale=$1
	shift
	if [ "$scale" = demo ]; then
		"$work/frontdoor" demo --fill-only --records 1000 --key "$DATA/key" "$@" >&2
	else
		"$work/frontdoor" demo --fill-only --scale "$scale" --key "$DATA/key" "$@" >&2
	fi
}

prepare_sqlite() {
	local at=$DATA/sqlite-$1
	[ ! -e "$at/data/frontdoor.db" ] || return 0
	step "make the data of a $1 in $at"
	mkdir -p "$at"
	rm -rf "$at/half"
	fill "$1" --data "$at/half"
	mv "$at/half" "$at/data"
}

# start_postgres starts a server on its own port, made when there is none.
# Everything that decides whether a commit is on disk is as PostgreSQL has it.
start_postgres() {
	if [ -n "${POSTGRES:-}" ]; then
		pg_url=$POSTGRES
		for setting in fsync synchronous_commit full_page_writes; do
			if [ "$(sql -c "show $setting" "$pg_url/postgres")" != on ]; then
				echo "That PostgreSQL has $setting off: what it says is saved may not be on disk. Measure one that has it on." >&2
				exit 1
			fi
		done
		return
	fi
	pg_bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	pg_dir=$DATA/postgres
	if [ ! -e "$pg_dir/PG_VERSION" ]; then
		mkdir -p "$pg_dir"
		[ "$(id -u)" != 0 ] || chown postgres "$pg_dir"
		(cd "$pg_dir" && as_postgres "$pg_bin/initdb" -D "$pg_dir" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null)
	fi
	local port
	port=$(free_port)
	(cd "$pg_dir" && as_postgres "$pg_bin/pg_ctl" -D "$pg_dir" -l "$pg_dir/log" -w \
		-o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$pg_dir -c shared_buffers=512MB -c max_wal_size=4GB" start >/dev/null)
	pg_started=1
	pg_url="postgres://postgres@127.0.0.1:$port"
}
sql() { psql -qAt -v ON_ERROR_STOP=1 "$@"; }

prepare_postgres() {
	[ -z "$(sql -c "select 1 from pg_database where datname = '$1'" "$pg_url/postgres")" ] || return 0
	step "make the data of a $1 in PostgreSQL"
	sql -c "create database \"$1-half\" template template0 encoding 'UTF8' locale 'C.UTF-8'" "$pg_url/postgres"
	fill "$1" --database "$pg_url/$1-half?sslmode=disable"
	sql -c "vacuum analyze" "$pg_url/$1-half"
	sql -c "alter database \"$1-half\" rename to \"$1\"" "$pg_url/postgres"
}

results=()
for scale in $SCALE; do
	for engine in $ENGINES; do
		if [ "$engine" = sqlite ]; then
			prepare_sqlite "$scale"
			data=$DATA/sqlite-$scale/data
			if [ -z "$BENCH_IN_PLACE" ]; then
				data=$work/data
				mkdir -p "$data"
				cp -r --reflink=auto "$DATA/sqlite-$scale/data/." "$data/"
				rm -f "$data/frontdoor.lock"
			fi
			place=(-data "$data")
		else
			[ -n "${pg_url:-}" ] || start_postgres
			prepare_postgres "$scale"
			database=$scale
			if [ -z "$BENCH_IN_PLACE" ]; then
				database=bench_run
				sql -c "drop database if exists bench_run" "$pg_url/postgres"
				sql -c "create database bench_run template \"$scale\"" -c checkpoint "$pg_url/postgres"
			fi
			place=(-database "$pg_url/$database?sslmode=disable")
		fi
		step "$engine, $scale"
		# The rows of a referral, added again and again, belong to no record that the program made.
		only=mix,saturation,raw,same
		[ -z "$BENCH_IN_PLACE" ] || only=mix,saturation,raw
		out=$work/$scale-$engine.json
		profiles=()
		if [ -n "$profile" ]; then
			mkdir -p "$OUT.profiles/$scale-$engine"
			profiles=(-profile "$OUT.profiles/$scale-$engine")
		fi
		"$bench" "${place[@]}" -key "$DATA/key" -bin "$work/frontdoor" -work "$work/$scale-$engine" -scale "$scale" \
			-only "$only" -window "$WINDOW" -warm "$WARM" -alone "$ALONE" -rate "$RATE" "${profiles[@]}" -out "$out"
		cp "$work/$scale-$engine/page.gz" "$work/page.gz"
		results+=("$out")
		rm -rf "$work/data" "$work/$scale-$engine"
		[ "$engine" = sqlite ] || [ -n "$BENCH_IN_PLACE" ] || sql -c "drop database bench_run" "$pg_url/postgres"
	done
done

yards=
if [[ " $YARDSTICKS " = *" nginx "* ]]; then
	step "nginx"
	nginx=$(command -v nginx || echo /usr/sbin/nginx)
	if [ ! -x "$nginx" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends nginx-light >/dev/null || true
	fi
	if [ -x "$nginx" ]; then
		port=$(free_port)
		mkdir "$work/www"
		cp "$work/page.gz" "$work/www/page"
		chmod -R a+rX "$work/www"
		cat >"$work/nginx.conf" <<-CONF
			daemon off; pid $work/nginx.pid; error_log $work/nginx.log; worker_processes auto;
			events { worker_connections 1024; }
			http {
			  access_log off; sendfile on; default_type text/html; keepalive_requests 100000000;
			  server { listen 127.0.0.1:$port; root $work/www; add_header Content-Encoding gzip; }
			}
		CONF
		"$nginx" -c "$work/nginx.conf" -e "$work/nginx.log" &
		started+=($!)
		yards+=",nginx: the same bytes of the guidance page=http://127.0.0.1:$port/page"
	else
		echo "nginx is not here and cannot be installed: left out" >&2
	fi
fi
if [[ " $YARDSTICKS " = *" pocketbase "* ]]; then
	step "PocketBase $POCKETBASE"
	mkdir "$work/pocketbase"
	printf 'module yardstick\n\ngo 1.26\n\nrequire github.com/pocketbase/pocketbase %s\n' "$POCKETBASE" >"$work/pocketbase/go.mod"
	cp test/bench/testdata/pocketbase.go "$work/pocketbase/main.go"
	if (cd "$work/pocketbase" && GOFLAGS=-mod=mod timeout 900 nice -n 19 go build -o pocketbase . >"$work/pocketbase/log" 2>&1); then
		port=$(free_port)
		"$work/pocketbase/pocketbase" serve --http "127.0.0.1:$port" --dir "$work/pocketbase/data" >"$work/pocketbase/log" 2>&1 &
		started+=($!)
		at="http://127.0.0.1:$port/api/collections/record/records"
		yards+=",PocketBase: create a record=create:$at,PocketBase: list 40 records=$at?perPage=40&sort=-created"
	else
		tail -n 3 "$work/pocketbase/log" >&2
		echo "PocketBase does not build here: left out" >&2
	fi
fi
if [ -n "$yards" ]; then
	sleep 3
	"$bench" -yardstick "${yards#,}" -window "$WINDOW" -alone "$ALONE" -rate "$RATE" -out "$work/yards.json"
	results+=("$work/yards.json")
fi

"$bench" -report "${results[@]}" | tee "$OUT"
json=${OUT%.md}.json
{
	printf '['
	for i in "${!results[@]}"; do
		[ "$i" = 0 ] || printf ',\n'
		cat "${results[$i]}"
	done
	printf ']\n'
} >"$json"
printf '\nThe results are in %s and %s\n' "$OUT" "$json" >&2

if [ "$MICRO" = 1 ]; then
	step "small benchmarks"
	go test -run '^$' -bench . -benchmem $(go list ./... | grep -v '/test/')
fi
