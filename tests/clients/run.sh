#!/bin/sh
# Tries the clients that people have on an offstage of its own: qradar4py, qradar and Ansible's ibm.qradar; ArcGIS API for
# Python and ArcGIS REST JS; LSF's pacclient.
#
# Usage: run.sh PROGRAMS REDIS_SERVER FOLDER
# PROGRAMS has offstage and offstage-worker in it; what the clients need is installed into FOLDER, once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
programs=$1 redis=$2 folder=$3
arcgis=2.4.4
ansible=9.13.0

say() { echo "clients: $*" >&2; }
die() { say "$*"; exit 1; }

# An environment of its own: two packages install a module called qradar.
environment() {
    name=$1
    shift
    python3 -m venv "$folder/$name"
    "$folder/$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@" || die "PyPI does not give $*"
}

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
    for old in python node qradar4py qradar ansible installed; do rm -rf "${folder:?}/$old"; done
    say "installing qradar4py and qradar from PyPI"
    environment qradar4py qradar4py==3.0
    environment qradar qradar==0.0.4 requests httpx
    say "installing ansible $ansible from PyPI (50 MB to fetch; most of its collections are thrown away)"
    environment ansible "ansible==$ansible"
    collections=$(echo "$folder"/ansible/lib/python3*/site-packages/ansible_collections)
    for kept in "$collections"/*/*/; do
        case $kept in
            */ibm/qradar/ | */ansible/netcommon/ | */ansible/utils/) ;;
            *) rm -rf "$kept" ;;
        esac
    done
    say "installing arcgis $arcgis from PyPI, without most of what it asks for (about 160 MB)"
    environment python --requirement "$here/requirements.txt"
    "$folder/python/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "arcgis==$arcgis" ||
        die "PyPI does not give arcgis"
    say "installing @esri/arcgis-rest-request from npm"
    mkdir "$folder/node"
    cp "$here/package.json" "$here/package-lock.json" "$folder/node"
    npm ci --prefix "$folder/node" --silent --no-audit --no-fund || die "npm does not give @esri/arcgis-rest-request"
    echo "$wanted" > "$folder/installed"
fi

exec "$folder/python/bin/python" "$here/try_clients.py" "$programs" "$redis" "$folder"
