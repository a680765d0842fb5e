# The private PostgreSQL and Redis of a state folder. Sourced after lib.sh by the programs of deploy/
# and by tests/run.

# Debian keeps initdb, pg_ctl and postgres out of PATH.
pg_bin() {
  local dirs=(/usr/lib/postgresql/*/bin)
  echo "${dirs[-1]}"
}

# as_postgres CMD…: PostgreSQL refuses to run as root.
as_postgres() {
  if ((EUID == 0)); then runuser -u postgres -- "$@"; else "$@"; fi
}

# init_postgres DIR: a new cluster in an empty folder, reachable by nobody yet.
init_postgres() {
  # As ordinary text in the log: where nobody looks unless it fails.
  run_logged initdb as_postgres "$(pg_bin)/initdb" -D "$1" -U postgres --encoding=UTF8 \
    --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256 --data-checksums
}

# postgres_runs DIR
postgres_runs() { as_postgres "$(pg_bin)/pg_ctl" -D "$1" status >/dev/null 2>&1; }

# start_postgres DIR LOG SETTINGS…: SETTINGS are name=value of postgresql.conf.
start_postgres() {
  local dir=$1 log=$2 options=
  shift 2
  printf -v options -- '-c %s ' "$@"
  # The folder that `pg_ctl` starts in must be one that postgres may read.
  (cd / && as_postgres "$(pg_bin)/pg_ctl" -D "$dir" -l "$log" -o "$options" -w -t 60 start \
    >/dev/null 2>&1) || {
    tail -n 20 "$log" >&2
    fail "PostgreSQL 没有启动成功,日志:$log" "PostgreSQL did not come up, log: $log"
  }
}

stop_postgres() {
  ! postgres_runs "$1" ||
    (cd / && as_postgres "$(pg_bin)/pg_ctl" -D "$1" -m fast -w -t 60 stop >/dev/null)
}

# ---- The archive of the write-ahead log, which a restore to a point in time reads: a compressed file
# for each finished segment, in a folder for each system identifier, because another cluster's
# segments have the same names.

# archive_command FOLDER: a segment that is there already must be the same.
archive_command() {
  local file="\"$1/%f.gz\""
  printf '%s' "if [ -e $file ]; then gzip -dc $file | cmp -s - \"%p\"; " \
    "else gzip -1 -c \"%p\" >$file.tmp && sync $file.tmp && mv $file.tmp $file; fi"
}

# set_archiving DSN FOLDER: begins to archive when FOLDER exists. As long as it does not, segments
# are let go at once. For `archive_mode=on`; a quiet server finishes a segment every five minutes.
set_archiving() {
  local command=/bin/true timeout=0
  [[ ! -d $2 ]] || { command=$(archive_command "$2") && timeout=300; }
  psql -qX -v ON_ERROR_STOP=1 -v command="$command" -v timeout="$timeout" "$1" <<'SQL'
ALTER SYSTEM SET archive_command = :'command';
ALTER SYSTEM SET archive_timeout = :'timeout';
SELECT pg_reload_conf() \g /dev/null
SQL
}

# control_value DIR NAME: one line of pg_controldata, such as "Database system identifier".
control_value() {
  as_postgres env LC_ALL=C "$(pg_bin)/pg_controldata" "$1" | sed -n "s/^$2: *//p"
}

# start_redis PORT DIR: durable to about a second, although everything in it can be rebuilt.
start_redis() {
  start_process redis "ready_redis $1" redis-server --bind 127.0.0.1 --port "$1" --dir "$2" \
    --appendonly yes --appendfsync everysec --save "" --maxmemory-policy noeviction
}
