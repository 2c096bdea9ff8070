#!/usr/bin/env bash
# The main job on a small shop that promised its customers the EU: what leaves it, what the fixes would change, and
# the fixed copy checked again. The example itself stays as it is.
set -euo pipefail

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R "$(dirname "${BASH_SOURCE[0]}")/shop" "$copy/shop"
cd "$copy/shop"

run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

# Findings: the command ends with 1, as it would end a build.
run residency-lint check || [[ $? == 1 ]]
run residency-lint check --diff --unsafe-fixes || [[ $? == 1 ]]
run residency-lint check --fix --unsafe-fixes --output-format concise
run residency-lint check --output-format concise
