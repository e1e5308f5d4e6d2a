# The parent of one Postgres server. It starts and stops the server as the process at the other end of stdin orders, one order per
# line. When that process has ended, in whatever way, it stops the server and, unless the data is to be kept, removes the data.
# As the parent it also waits for a server that was killed: otherwise the server's process id would stay in use, and no other server
# would start.
# Arguments: directory of the binaries, data root, socket directory, keep|discard, then the command that runs another as the
# server's user, if any.

# The host decides when the server stops, so signals from the terminal are ignored here.
trap '' INT QUIT HUP TERM PIPE

binaries=$1 root=$2 sockets=$3 keep=$4
shift 4
server=

# The server gets a process group of its own, so that signals from the terminal do not reach it.
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
        # The server of an earlier owner that has ended: not a child of this process.
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
