#!/usr/bin/env bash
# Records the file I/O of a PostgreSQL server under pgbench as an fio iolog (version 3).
#
#   initdb, pgbench -i --> strace postgres <-- pgbench
#                             strace.out --> strace-to-iolog.mjs --> pgbench.iolog
#
# Needs Linux, strace, node and a PostgreSQL whose initdb, postgres, pgbench and psql are on PATH.
# Run it as an ordinary user (the server refuses root) with TMPDIR on a real disk: on a tmpfs
# each fsync is free. KEEP=FILE keeps the raw strace output.
#
#   usage: record-pgbench.sh OUTPUT.iolog
set -euo pipefail

output=${1:?usage: record-pgbench.sh OUTPUT.iolog}
here=$(cd "$(dirname "$0")" && pwd)
scale=${SCALE:-1}
clients=${CLIENTS:-4}
ratePerSec=${RATE_PER_SEC:-24}
windowSec=${WINDOW_SEC:-24}
port=${PORT:-54329}

work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then
    kill -INT "$(head -1 "$work/pgdata/postmaster.pid")" 2>/dev/null || true
    wait "$server" || true
  fi
  rm -rf "$work"
}
trap finish EXIT

export LC_ALL=C TZ=UTC PGHOST=$work PGPORT=$port PGUSER=bench PGDATABASE=postgres
initdb -D "$work/pgdata" --wal-segsize=1 -U bench -A trust --no-locale -E UTF8 >"$work/initdb.out"
cat >>"$work/pgdata/postgresql.conf" <<SETTINGS
listen_addresses = ''
port = $port
unix_socket_directories = '$work'
shared_buffers = 2MB
fsync = on
synchronous_commit = on
wal_sync_method = fdatasync
full_page_writes = on
min_wal_size = 2MB
max_wal_size = 6MB
checkpoint_timeout = 30s
checkpoint_completion_target = 0.5
autovacuum_naptime = 10s
logging_collector = off
SETTINGS

waitUntilReady() {
  for _ in $(seq 100); do
    if psql -qAtc 'select 1' >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "the server did not answer within 10 s" >&2
  cat "$work/server.out" >&2
  exit 1
}

# Loads without strace: the load is no part of the trace.
postgres -D "$work/pgdata" >"$work/server.out" 2>&1 &
server=$!
waitUntilReady
pgbench -i -q -s "$scale" >"$work/load.out" 2>&1
psql -qAtc checkpoint
kill -INT "$server"
wait "$server" || true

calls=open,openat,close,lseek,read,write,pread64,pwrite64,preadv,pwritev
calls=$calls,fsync,fdatasync,sync_file_range,rename,unlink
strace -f -ttt -y -s 0 -o "$work/strace.out" -e signal=none -e "trace=$calls" \
  postgres -D "$work/pgdata" >"$work/server.out" 2>&1 &
server=$!
waitUntilReady
psql -qAtc 'select count(*) from pgbench_accounts where aid < 100' >/dev/null
startSec=$(date +%s.%N)
pgbench -n -c "$clients" -j 1 -R "$ratePerSec" -T "$windowSec" >"$work/pgbench.out" 2>&1
cat "$work/pgbench.out" >&2
if [ -n "${KEEP:-}" ]; then cp "$work/strace.out" "$KEEP"; echo "start $startSec" >&2; fi

node "$here/strace-to-iolog.mjs" --root "$work/pgdata" --start "$startSec" --seconds "$windowSec" \
  --name pgdata "$work/strace.out" "$output"
