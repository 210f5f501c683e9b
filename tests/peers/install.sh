#!/bin/sh
# Installs what `make bench` measures beside offstage into a folder, once: crates, an npm package, three from PyPI.
#
# Usage: install.sh FOLDER
# What cannot be had is left out, with a line that says SKIPPED; the reason stands in FOLDER/{rust,node,python}.skipped,
# for the bench to tell. Python's peers have an environment each, because they ask for different versions of redis.
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
if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1; then
    install_node || skip node "npm does not give BullMQ"
else
    skip node "Node.js with npm is missing (Debian, Ubuntu: apt-get install nodejs npm)"
fi
if python3 -c 'import venv, ensurepip' 2>/dev/null; then
    install_python || skip python "PyPI does not give them"
else
    skip python "Python 3 with venv is missing (Debian, Ubuntu: apt-get install python3 python3-venv)"
fi
