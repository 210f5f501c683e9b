#!/bin/sh
# Starts a Redis or Valkey server, once half a transaction at the end of its append-only file has been cut off.
#
#   start-redis.sh FOLDER SERVER [ARGUMENT...]
#
# FOLDER is the server's --dir. A server that dies amid a write leaves part of a transaction in the file: nobody was told
# that it took place. With aof-load-truncated (on by default) the next start leaves it out and lets it stand, and the start
# after that carries it out among what came later: a deletion that was refused meanwhile takes place after all. See
# https://github.com/valkey-io/valkey/pull/4342. Here the server's own checker cuts it off first, and the server loads whole
# files only.
#
# More than an unfinished end is not mended here: what is cut off holds no transaction that was complete, or nothing is cut
# off, nothing is started, and the exit code is 1.
set -eu

folder=$1
shift
files=$folder/appendonlydir
manifest=$files/appendonly.aof.manifest
# The checker is the server's program under another name: Redis knows it by the first half of this one, Valkey by the second.
checker=$folder/redis-check-aof-valkey-check-aof

cut_off() {
    told=$("$checker" "$manifest" 2>&1) && return
    broken=$(printf '%s\n' "$told" | sed -n 's/^AOF analyzed: filename=\(.*\), size=.*, diff=\([0-9]*\)$/\2 \1/p' | tail -n 1)
    bytes=${broken%% *}
    if [ "${bytes:-0}" -eq 0 ] || tail -c "$bytes" "$files/${broken#* }" | grep -aiq '^EXEC'; then
        printf '%s\n' "$told" "start-redis: more is broken than the end of the file; nothing was changed" >&2
        exit 1
    fi
    echo "start-redis: cutting off $bytes bytes of what was never complete" >&2
    echo y | "$checker" --fix "$manifest" >/dev/null
}

if [ -e "$manifest" ]; then
    trap 'rm -f "$checker"' EXIT
    ln -sf "$(command -v "$1")" "$checker"
    cut_off
    rm -f "$checker"
fi
exec "$@" --aof-load-truncated no
