#!/usr/bin/env bash
# Runs every fuzz target, or those whose names match the argument, one after
# another, for FUZZTIME each (10m unless said otherwise). What makes a target
# fail is written to testdata/fuzz of its package, where every ordinary test run
# tries it again. Inputs that reach new code stay in Go's own cache, from which
# the next run goes on; with KEEP=1 the smallest of them are added to
# testdata/fuzz as well. All targets run even when one fails; the end says which.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
time=${FUZZTIME:-10m}
only=${1:-}
cache=$(go env GOCACHE)/fuzz/$(go list -m)

failed=()
while read -r file; do
	dir=$(dirname "$file")
	while read -r target; do
		[[ -z $only || $target =~ $only ]] || continue
		printf '== %s %s for %s\n' "$dir" "$target" "$time"
		if ! nice go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$dir" </dev/null; then
			failed+=("$dir $target")
		fi
		if [ -n "${KEEP:-}" ] && [ -d "$cache/${dir#./}/$target" ]; then
			mkdir -p "$dir/testdata/fuzz/$target"
			# At most twenty, and none of more than 2 KB.
			find "$cache/${dir#./}/$target" -type f -size -2k -printf '%s %p\n' | sort -n | head -n 20 | cut -d' ' -f2- |
				while read -r input; do cp -n "$input" "$dir/testdata/fuzz/$target/"; done
		fi
	done < <(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file")
done < <(grep -rl --include='*_test.go' '^func Fuzz' . | sort)

if [ ${#failed[@]} -gt 0 ]; then
	printf 'Failed: %s\n' "${failed[@]}" >&2
	exit 1
fi
