#!/bin/sh
# The first program of a guest kernel (user-mode Linux) whose only disk is an image file: Postgres on that disk, reachable by
# the network. The root is the host's own, for reading. The kernel's command line gives:
# WINGMAN_ADDRESS, WINGMAN_HOST (the address at the other end of the network), WINGMAN_BINARIES, WINGMAN_OWNER (uid:gid of Postgres).

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
data=/mnt/disk/data

fail() {
    echo "machine: $*"
    tail -n 20 /mnt/disk/server.log 2>/dev/null
    # When the first program ends, the kernel ends.
    exit 1
}

as_owner() {
    setpriv --reuid="${WINGMAN_OWNER%:*}" --regid="${WINGMAN_OWNER#*:}" --clear-groups -- "$@"
}

mount -t proc proc /proc && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /mnt && mkdir /mnt/disk || fail "no file systems"
mkdir -p /dev/shm && mount -t tmpfs tmpfs /dev/shm || fail "no shared memory"
ip link set lo up && ip addr add "$WINGMAN_ADDRESS/30" dev eth0 && ip link set eth0 up || fail "no network"
mount -t ext4 /dev/ubda /mnt/disk || fail "no disk"
chown "$WINGMAN_OWNER" /mnt/disk /run

if [ ! -d $data ]; then
    as_owner "$WINGMAN_BINARIES/initdb" -D $data.new -U wingman --auth-local=reject --auth-host=reject --no-locale --encoding=UTF8 >/mnt/disk/server.log 2>&1 || fail "initdb failed"
    echo "host all all $WINGMAN_HOST/32 trust" >>$data.new/pg_hba.conf
    sed -i '/reject/d' $data.new/pg_hba.conf
    # wal_writer_delay: what its own commit does not flush stays unflushed for long, so a cut loses every commit that did not wait.
    cat >>$data.new/postgresql.conf <<SETTINGS
listen_addresses = '$WINGMAN_ADDRESS'
unix_socket_directories = ''
max_connections = 150
shared_buffers = 16MB
jit = off
wal_writer_delay = 10s
wal_writer_flush_after = 1GB
SETTINGS
    mv $data.new $data && sync || fail "the disk is full"
fi

# No process from before the cut is alive.
rm -f $data/postmaster.pid
as_owner "$WINGMAN_BINARIES/postgres" -D $data >>/mnt/disk/server.log 2>&1
fail "postgres ended"
