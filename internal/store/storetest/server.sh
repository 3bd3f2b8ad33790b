#!/bin/sh
# Starts a throwaway PostgreSQL on a random port of this machine and prints its
# URL. Reads its input until that ends, with the process that started it, and
# then removes the server without a trace. What goes wrong is said on stdout,
# on lines that do not begin with "postgres:".
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
# In memory where there is room: each test's database is a copy of some hundreds of files.
place=/tmp
if [ "$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')" -gt 2000000 ] 2>/dev/null; then
	place=/dev/shm
fi
dir=$(mktemp -d $place/frontdoor-pg.XXXXXX)
as=
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
	chown postgres "$dir"
	as="runuser -u postgres --"
fi
cd "$dir"
stop() {
	$as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$dir"
}
trap stop EXIT
trap '' INT HUP
trap 'exit 1' TERM

if ! $as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/out" 2>&1 </dev/null; then
	cat "$dir/out"
	exit 1
fi
# Nothing here outlives the tests, so nothing needs to reach the disk.
settings="-c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=300
	-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c max_wal_size=256MB"
tries=0
while :; do
	port=$(shuf -i 20000-32000 -n 1) # below the ports that connections out take
	if $as "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/log" -w -o "-p $port $settings" start >"$dir/out" 2>&1 </dev/null; then
		break
	fi
	tries=$((tries + 1))
	if [ "$tries" = 5 ]; then
		cat "$dir/out" "$dir/data/log"
		exit 1
	fi
done
echo "postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
cat >/dev/null
