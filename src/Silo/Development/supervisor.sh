# Stands beside one Postgres server on behalf of the process at the other end of stdin: starts and stops it as told, line by
# line, and when that process is gone, however it went, stops the server and, unless the data is to be kept, removes it.
# Arguments: pg_ctl, data root, socket directory, keep|discard, then the command that runs another as the server's user, if any.

# Signals for the terminal's foreground are the host's business, which decides when the server stops.
trap '' INT QUIT HUP TERM PIPE

pg_ctl=$1 root=$2 sockets=$3 keep=$4
shift 4
server=

postmaster() {
    head -n 1 "$root/data/postmaster.pid" 2>/dev/null
}

while read -r verb mode; do
    case $verb in
        start) "$@" "$pg_ctl" -D "$root/data" -s -w -t 60 -l "$root/server.log" start </dev/null >>"$root/control.log" 2>&1 ;;
        stop) "$@" "$pg_ctl" -D "$root/data" -s -w -t 60 -m "$mode" stop </dev/null >>"$root/control.log" 2>&1 ;;
    esac
    outcome=$?
    [ "$verb" != start ] || server=$(postmaster)
    echo "$outcome" 2>/dev/null
done

mode=fast
[ "$keep" = keep ] || mode=immediate
# A successor may have its own server here by now: only ours is stopped.
if [ -n "$server" ] && [ "$(postmaster)" = "$server" ]; then
    "$@" "$pg_ctl" -D "$root/data" -s -w -t 60 -m "$mode" stop </dev/null >>"$root/control.log" 2>&1
fi
[ "$keep" = keep ] || rm -rf -- "$root" "$sockets"
