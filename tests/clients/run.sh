#!/bin/sh
# Tries the clients that people have on an offstage of its own: ArcGIS API for Python, ArcGIS REST JS, LSF's pacclient.
#
# Usage: run.sh PROGRAMS REDIS_SERVER FOLDER
# PROGRAMS has offstage and offstage-worker in it; what the clients need is installed into FOLDER, once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
programs=$1 redis=$2 folder=$3
arcgis=2.4.4

say() { echo "clients: $*" >&2; }
die() { say "$*"; exit 1; }

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    die "Python 3.11 or newer is missing (Debian, Ubuntu: apt-get install python3 python3-venv)"
python3 -c 'import venv, ensurepip' 2>/dev/null ||
    die "Python's venv is missing (Debian, Ubuntu: apt-get install python3-venv)"
command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 ||
    die "Node.js with npm is missing (Debian, Ubuntu: apt-get install nodejs npm; else https://nodejs.org)"

# Installed again when what is wanted changes. An installation that was broken off has no marker.
mkdir -p "$folder"
wanted=$(cat "$here/requirements.txt" "$here/package-lock.json" "$0" | cksum)
if [ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$folder/python" "$folder/node" "$folder/installed"
    say "installing arcgis $arcgis from PyPI, without most of what it asks for (about 160 MB)"
    python3 -m venv "$folder/python"
    pip="$folder/python/bin/python -m pip install --quiet --disable-pip-version-check"
    $pip --requirement "$here/requirements.txt" || die "PyPI does not give what arcgis needs"
    $pip --no-deps "arcgis==$arcgis" || die "PyPI does not give arcgis"
    say "installing @esri/arcgis-rest-request from npm"
    mkdir "$folder/node"
    cp "$here/package.json" "$here/package-lock.json" "$folder/node"
    npm ci --prefix "$folder/node" --silent --no-audit --no-fund || die "npm does not give @esri/arcgis-rest-request"
    echo "$wanted" > "$folder/installed"
fi

exec "$folder/python/bin/python" "$here/try_clients.py" "$programs" "$redis" "$folder"
