# The parent of one Postgres server, on behalf of the process at the other end of stdin: starts and stops it as told, line by
# line, and when that process is gone, however it went, stops the server and, unless the data is to be kept, removes it.
# As the parent it also buries a killed server: where nobody does, its process id stays taken and no other starts.
# Arguments: directory of the binaries, data root, socket directory, keep|discard, then the command that runs another as the
# server's user, if any.

# Signals for the terminal's foreground are the host's business, which decides when the server stops.
trap '' INT QUIT HUP TERM PIPE

binaries=$1 root=$2 sockets=$3 keep=$4
shift 4
server=

# The server gets a process group of its own, out of the terminal's reach.
detach=setsid
command -v setsid >/dev/null || { detach=; set -m; }

ready() {
    [ "$(sed -n 1p "$root/data/postmaster.pid")" = "$server" ] && sed -n 8p "$root/data/postmaster.pid" | grep -q ready
} 2>/dev/null

start() {
    [ -z "$server" ] || wait "$server"
    "$@" $detach "$binaries/postgres" -D "$root/data" </dev/null >>"$root/server.log" 2>&1 &
    server=$!
    until ready; do
        sleep 0.05
        kill -0 "$server" 2>/dev/null || { wait "$server"; server=; return 1; }
    done
}

stop() {
    [ -n "$server" ] && kill -"$1" "$server" 2>/dev/null && wait "$server"
    server=
}

while read -r order; do
    case $order in
        start) start "$@" ;;
        stop) stop INT ;;
        crash) stop QUIT ;;
        # The server of a predecessor that is gone: not our child.
        evict) "$@" "$binaries/pg_ctl" -D "$root/data" -s -w -t 60 -m fast stop </dev/null >>"$root/server.log" 2>&1 ;;
    esac
    echo $? 2>/dev/null
done

if [ "$keep" = keep ]; then
    stop INT
else
    stop QUIT
    rm -rf -- "$root" "$sockets"
fi
