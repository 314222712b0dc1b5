#!/usr/bin/env bash
# `swift test` with the given options. Of thousands of lines, the few that matter come again at the end when a test fails.
set -uo pipefail
# Some hundred tests end a process by a message; looking up the line of each takes a second. Those that ask for the line set this themselves.
export NABLA_LINES=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" != 0 ]; then
  echo
  echo "What failed:"
  grep -n -A 12 -e ' recorded an issue ' -e ': error: ' -e 'Fatal error' -e 'Exited with unexpected signal' "$log" \
    | grep -v -e '[0-9]-◇ ' -e '[0-9]-✔ ' | head -120
  grep -e '^✘ Test run ' "$log"
fi
exit "$status"
