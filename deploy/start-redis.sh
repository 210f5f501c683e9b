#!/bin/sh
# Starts a Redis or Valkey server, once what an earlier one died over has been cut off its append-only file.
#
#   start-redis.sh FOLDER SERVER [ARGUMENT...]
#
# A server that dies amid a write leaves half a transaction at the end of the file. By itself (aof-load-truncated, on by
# default) the next start leaves it out but lets it stand, and goes on behind it; the start after that carries it out among
# what came later, or forgets what came later with it: https://github.com/valkey-io/valkey/pull/4342. Here the server's own
# checker cuts it off before the start, and the server loads whole files only.
#
# FOLDER is the server's --dir, which no other server may work in; appenddirname and appendfilename are the usual ones. The
# checker reads all files before the server does. What it cuts off is one write that is not whole: a transaction without an
# end, one command, or zeros. Anything else that is broken is for people to look at: nothing is changed, nothing is started,
# and the exit code is 1.
set -eu

folder=$1
shift
files=$folder/appendonlydir
manifest=$files/appendonly.aof.manifest
# The checker is the server's program under another name: Redis knows it by the first half of this one, Valkey by the second.
checker=$folder/redis-check-aof-valkey-check-aof
cr=$(printf '\r')

say() { printf 'start-redis: %s\n' "$*" >&2; }

# What lies behind the last whole write, without zeros. The dot keeps a line that has no end from looking whole.
rest() {
    tail -c "$bytes" "$file" | tr -d '\000'
    echo .
}

# How many lines of it are such ones: each argument of a command is a line, and before it the length of it.
lines() { rest | LC_ALL=C grep -acx "$1$cr" || :; }

is_one_write() {
    case $(rest | head -n 3 | tr -d '\r\n') in
        .) return 0 ;;
        # A server that went on behind an earlier end has said SELECT first.
        "*1\$5MULTI"*) [ "$(lines MULTI)" -le 1 ] && [ "$(lines EXEC) $(lines SELECT)" = '0 0' ] ;;
        '*'*) [ "$(lines '\*[0-9][0-9]*')" -le 1 ] ;;
        *) return 1 ;;
    esac
}

cut_off() {
    told=$("$checker" "$manifest" 2>&1) && return
    broken=$(printf '%s\n' "$told" | sed -n 's/^AOF analyzed: filename=\(.*\), size=.*, diff=\([0-9]*\)$/\2 \1/p' | tail -n 1)
    bytes=${broken%% *}
    file=$files/${broken#* }
    if [ "${bytes:-0}" -eq 0 ] || [ ! -r "$file" ]; then
        printf '%s\n' "$told" >&2
        say "the append-only files cannot be checked; nothing was changed"
        exit 1
    fi
    if ! is_one_write; then
        printf '%s\n' "$told" >&2
        say "more is broken than the last write, and nothing was changed: keep a copy, and see README.md, What Redis died over"
        exit 1
    fi
    if ! told=$(echo y | "$checker" --fix "$manifest" 2>&1); then
        printf '%s\n' "$told" >&2
        say "what the last server died over cannot be cut off"
        exit 1
    fi
    say "cut off $bytes bytes that the last server died over"
}

server=$(command -v "$1") || { say "$1 is no program"; exit 127; }
if [ -e "$manifest" ]; then
    case $server in /*) ;; *) server=$PWD/$server ;; esac
    trap 'rm -f "$checker"' EXIT
    ln -sf "$server" "$checker"
    cut_off
    rm -f "$checker"
fi
exec "$@" --aof-load-truncated no
