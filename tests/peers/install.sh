#!/bin/sh
# Installs what `make bench` measures beside offstage into a folder, once: crates, an npm package, three from PyPI.
#
# Usage: install.sh FOLDER
# Node.js, npm, Python's venv and redis-benchmark are got from apt where they are missing, by root. What cannot be had is left
# out, with a line that says SKIPPED; the reason stands in FOLDER/{rust,node,python}.skipped, for the bench to tell.
# Python's peers have an environment each, because they ask for different versions of redis.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cargo=${CARGO:-cargo}

say() { echo "peers: $*" >&2; }

# Whether what stands in the folder is what is wanted; an installation that was broken off has no marker.
installed() { [ "$(cat "$folder/$1.installed" 2>/dev/null)" = "$2" ]; }

skip() {
    say "SKIPPED $1: $2"
    echo "$2" > "$folder/$1.skipped"
}

has() { command -v "$1" >/dev/null 2>&1; }
has_node() { has node && has npm; }
has_python() { python3 -c 'import venv, ensurepip' 2>/dev/null; }
has_benchmark() {
    beside=$(dirname "$(command -v "${OFFSTAGE_REDIS_SERVER:-redis-server}" || echo /nowhere/redis-server)")
    [ -x "$beside/redis-benchmark" ] || [ -x "$beside/valkey-benchmark" ] || has redis-benchmark || has valkey-benchmark
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -q -y install --no-install-recommends "$@" >&2 </dev/null
}

# Installs packages, where root can; who goes on looks whether they are there.
get() {
    if [ "$(id -u)" != 0 ] || ! has apt-get; then return 0; fi
    say "installing $* with apt"
    apt_install "$@" || { apt-get -q update >&2 && apt_install "$@"; } || say "apt did not bring $*"
    hash -r
}

install_rust() {
    CARGO_TARGET_DIR="$folder/rust" "$cargo" build --release --locked --quiet --manifest-path "$here/rust/Cargo.toml"
}

install_node() {
    wanted=$(cksum < "$here/node/package-lock.json")
    mkdir -p "$folder/node"
    cp "$here/node/package.json" "$here/node/package-lock.json" "$here/node/peer.mjs" "$folder/node"
    if installed node "$wanted"; then return; fi
    say "installing BullMQ from npm"
    # Not `npm ci`: it asks for the optional packages of all other systems too, which not every mirror has.
    (cd "$folder/node" && npm install --silent --no-audit --no-fund) || return 1
    echo "$wanted" > "$folder/node.installed"
}

install_python() {
    wanted=$(cat "$here"/python/requirements/*.txt | cksum)
    mkdir -p "$folder/python"
    cp "$here"/python/*.py "$folder/python"
    if installed python "$wanted"; then return; fi
    for name in arq rq celery; do
        say "installing $name from PyPI"
        python3 -m venv "$folder/python/$name" &&
            "$folder/python/$name/bin/python" -m pip install --quiet --disable-pip-version-check \
                --requirement "$here/python/requirements/$name.txt" || return 1
    done
    echo "$wanted" > "$folder/python.installed"
}

rm -f "$folder"/*.skipped
say "building the Rust peers (minutes, the first time)"
install_rust || skip rust "crates.io does not give the crates, or they do not build"
has_node || get nodejs npm
if has_node; then
    install_node || skip node "npm does not give BullMQ"
else
    skip node "Node.js with npm is missing (Debian, Ubuntu: apt-get install nodejs npm)"
fi
has_python || get python3 python3-venv
if has_python; then
    install_python || skip python "PyPI does not give them"
else
    skip python "Python 3 with venv is missing (Debian, Ubuntu: apt-get install python3 python3-venv)"
fi
has_benchmark || get redis-tools
has_benchmark || say "SKIPPED what Redis itself allows: redis-benchmark is missing (Debian, Ubuntu: apt-get install redis-tools)"
