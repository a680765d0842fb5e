# The composition of one running Rectify: which service is where, with which flags, and every call of
# the command line program. Sourced after lib.sh and servers.sh.
source "$REPO/deploy/certificates.sh"

# short name (schema, event source, identity), folder in services/, offset of its port
readonly SERVICES=(
  "venue venue_registry 10"
  "hazard hazard_findings 11"
  "deadline rectification_deadlines 12"
  "reminder reminder_dispatch 13"
  "followup followup_visits 14"
  "partner partner_registry 16"
)
# The discipline committee's service: a database, a role and a key of its own; it talks to nobody who
# does not ask it, so it is nobody's peer and has no stream and no metrics.
readonly SEALED=followup
readonly REDIS_PORT=1 SMTP_PORT=2 WEBHOOK_PORT=3 METRICS_OFFSET=20 # metrics: service port + 20
# HTTP/JSON for everyone else's systems; it has no data, so it is none of the services above. It alone
# asks the partner registry.
readonly GATEWAY_PORT=15

# The programs that run; RECTIFY_BUILD names another build folder than deploy/up's.
readonly BUILD=${RECTIFY_BUILD:-$REPO/build}

readonly SAMPLE=$REPO/deploy/sample/dongli-2023/scenario.txtpb
readonly SAMPLE_START=2023-01-01

# each_service FN: calls FN NAME FOLDER PORT for each.
each_service() {
  local entry name folder offset
  for entry in "${SERVICES[@]}"; do
    read -r name folder offset <<<"$entry"
    "$1" "$name" "$folder" "$(port "$offset")"
  done
}

# ---- Calls of the command line program

cli() { "$BUILD/services/cli/rectify" "$@"; }
cli_init_keys() { cli keys init "$STATE/keys"; }
cli_init_clock() { cli clock init "$STATE/clock" "$SAMPLE_START"; }
cli_replay() { cli replay --brief "$SAMPLE"; }
# As the discipline committee, who alone may read the draws and visits.
cli_report() {
  RECTIFY_COMMITTEE_TOKEN=$(cli token --user users/ji --role discipline) \
    cli report year "${SAMPLE_START%%-*}" --brief
}

# ---- PostgreSQL: one role per service that owns one schema and sees no other, in one database; the
# sealed service has one of its own. Over the socket only, by the name of the system user, so that there
# is no password to keep.

# dsn ROLE [DATABASE]
dsn() { echo "postgresql://$1@/${2:-rectify}?host=$SOCKETS&port=$PORT_BASE"; }
# database_of SERVICE
database_of() { if [[ $1 == "$SEALED" ]]; then echo "rectify_$1"; else echo rectify; fi; }

up_postgres() {
  local data=$STATE/postgres/data
  [[ -s $data/PG_VERSION ]] || init_postgres "$data"
  write_pg_access "$data"
  if postgres_runs "$data"; then
    (cd / && as_postgres "$(pg_bin)/pg_ctl" -D "$data" reload >/dev/null)
  else
    # Plans that were made while the tables were empty are made anew once their sizes are known.
    start_postgres "$data" "$STATE/postgres/log" listen_addresses= "port=$PORT_BASE" \
      "unix_socket_directories=$SOCKETS" autovacuum_naptime=5s archive_mode=on
  fi
  set_archiving "$(dsn postgres postgres)" "$(archive_folder)"
  create_roles
  say "  postgres (socket $SOCKETS, port $PORT_BASE)"
}

# Made by the first backup.
archive_folder() {
  echo "$STATE/archive/$(control_value "${1:-$STATE/postgres/data}" "Database system identifier")"
}

write_pg_access() {
  local owner=$USER_NAME entry name
  ((EUID != 0)) || owner=postgres
  {
    echo "rectify $owner postgres"
    [[ $owner == "$USER_NAME" ]] || echo "rectify $USER_NAME postgres"
    for entry in "${SERVICES[@]}"; do
      name=${entry%% *}
      echo "rectify $USER_NAME ${name}_app"
    done
  } | as_postgres tee "$1/pg_ident.conf" >/dev/null
  printf 'local %s all peer map=rectify\n' all replication | as_postgres tee "$1/pg_hba.conf" >/dev/null
}

create_roles() {
  local entry name
  for entry in "${SERVICES[@]}"; do
    name=${entry%% *}
    create_database "$(database_of "$name")"
    create_role "$name" | psql -qX -v ON_ERROR_STOP=1 "$(dsn postgres "$(database_of "$name")")" \
      -c "SET client_min_messages = warning" -f -
  done
}

create_database() {
  [[ -z $(psql -qAtX "$(dsn postgres postgres)" \
    -c "SELECT 1 FROM pg_database WHERE datname = '$1'") ]] || return 0
  psql -qX "$(dsn postgres postgres)" -c "CREATE DATABASE $1"
  psql -qX "$(dsn postgres "$1")" -c "REVOKE ALL ON DATABASE $1 FROM PUBLIC" \
    -c "REVOKE ALL ON SCHEMA public FROM PUBLIC"
}

create_role() {
  cat <<SQL
DO \$\$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${1}_app') THEN
    CREATE ROLE ${1}_app LOGIN;
  END IF;
END \$\$;
CREATE SCHEMA IF NOT EXISTS $1 AUTHORIZATION ${1}_app;
GRANT CONNECT ON DATABASE $(database_of "$1") TO ${1}_app;
SQL
}

# ---- Mail, webhook and the services

up_channels() {
  start_process smtp "ready_port $(port $SMTP_PORT)" "$PYTHON" -u -m aiosmtpd -n \
    -c aiosmtpd.handlers.Mailbox "$STATE/mail" -l "127.0.0.1:$(port $SMTP_PORT)"
  start_process webhook "ready_port $(port $WEBHOOK_PORT)" \
    "$PYTHON" -u "$REPO/deploy/sample/webhook_receiver.py" --port "$(port $WEBHOOK_PORT)" \
    --secret-file "$STATE/keys/webhook.secret" --output "$STATE/webhook/received.jsonl"
}

# up_service NAME FOLDER PORT
up_service() {
  local command=()
  service_command "$@"
  start_process "$1" "ready_serving $1" "${command[@]}"
}

# Where a service reaches the others. Who puts something in between defines these anew.
pg_of() { dsn "${1}_app" "$(database_of "$1")"; }           # SERVICE
redis_of() { echo "127.0.0.1:$(port $REDIS_PORT)"; }         # SERVICE
smtp_of() { echo "smtp://127.0.0.1:$(port $SMTP_PORT)"; }    # SERVICE
peer_of() { echo "127.0.0.1:$3"; }                           # SERVICE PEER PORT

# service_command NAME FOLDER PORT: sets `command`, a variable of its caller.
service_command() {
  # Not `name`: each_service, between here and add_peer, has one of its own.
  local self=$1 folder=$2 own_port=$3
  command=("$BUILD/services/$folder/rectify-${folder//_/-}")
  each_service add_peer
  add_clock
  command+=(--listen "127.0.0.1:$own_port" --pg "$(pg_of "$self")"
    --keys "$STATE/keys")
  add_tls
  ! tls_on || command+=(--tls-client-ca "$(tls_file ca.pem)")
  if [[ $self == "$SEALED" ]]; then
    command+=(--field-key "$STATE/$SEALED/field.key")
  else
    command+=(--redis "$(redis_of "$self")"
      --metrics-listen "127.0.0.1:$((own_port + METRICS_OFFSET))")
  fi
  [[ $self != hazard ]] || command+=(--evidence "$STATE/evidence")
  [[ $self != reminder && $self != partner ]] ||
    command+=(--webhook-allow "127.0.0.1/32:$(port $WEBHOOK_PORT)")
  [[ $self != reminder ]] || command+=(--smtp "$(smtp_of "$self")" --file-outbox "$STATE/letters"
    --webhook-secret-file "$STATE/keys/webhook.secret")
}

# Like add_peer. The sample year is played on a clock that the command line moves.
add_clock() { command+=(--clock "shm:$STATE/clock" --allow-simulated-clock); }

# The committee's service is none of its peers: what it tells is not for everyone.
up_gateway() {
  local self=gateway command=("$BUILD/services/gateway/rectify-gateway")
  each_service add_peer
  command+=(--listen "127.0.0.1:$(port $GATEWAY_PORT)" --keys "$STATE/keys"
    --metrics-listen "127.0.0.1:$(port $((GATEWAY_PORT + METRICS_OFFSET)))")
  add_tls
  ! tls_on || command+=(--tls-peer-cert "$(tls_file gateway.pem)" --tls-peer-key "$(tls_file gateway.key)")
  start_process gateway "ready_serving gateway" "${command[@]}"
}

# Like add_peer. By what it serves, and whom of its peers it believes.
add_tls() {
  ! tls_on || command+=(--tls-cert "$(tls_file "$self.pem")" --tls-key "$(tls_file "$self.key")"
    --tls-roots "$(tls_file ca.pem)")
}

# Adds a --peer to the command of service_command, its caller's caller.
add_peer() {
  [[ $1 == "$self" || $1 == "$SEALED" || ($1 == partner && $self != gateway) ]] ||
    command+=(--peer "$1=$(peer_of "$self" "$1" "$3")")
}

# up_system: everything, in its order; what runs already is left alone.
up_system() {
  require_ports
  echo "$PORT_BASE" >"$STATE/port-base"
  make_keys
  make_certificates
  up_postgres
  start_redis "$(port $REDIS_PORT)" "$STATE/redis"
  [[ -e $STATE/clock ]] || cli_init_clock
  up_channels
  each_service up_service
  up_gateway
  write_env
}

make_keys() {
  cli_init_keys
  if [[ ! -e $STATE/keys/webhook.secret ]]; then
    # Standard Webhooks: "whsec_" and 24 to 64 random bytes in base64.
    (umask 077 && echo "whsec_$(openssl rand -base64 32)" >"$STATE/keys/webhook.secret")
  fi
}

# require_ports: every port of ours that is not already ours must be free.
require_ports() {
  process_pid redis >/dev/null || require_free_port "$(port $REDIS_PORT)"
  process_pid smtp >/dev/null || require_free_port "$(port $SMTP_PORT)"
  process_pid webhook >/dev/null || require_free_port "$(port $WEBHOOK_PORT)"
  each_service require_service_ports
  require_service_ports gateway "" "$(port $GATEWAY_PORT)"
}

require_service_ports() {
  if ! process_pid "$1" >/dev/null; then
    require_free_port "$3"
    require_free_port $(($3 + METRICS_OFFSET))
  fi
}

# The services first, then what they talk to.
down_services() {
  local entry
  stop_process gateway
  for entry in "${SERVICES[@]}"; do
    stop_process "${entry%% *}"
  done
  stop_process webhook
  stop_process smtp
}

down_servers() {
  stop_process redis
  if [[ -s $STATE/postgres/data/PG_VERSION ]] && postgres_runs "$STATE/postgres/data"; then
    stop_postgres "$STATE/postgres/data"
    say "  postgres stopped"
  fi
}

# ---- What a user of this system needs in the shell

write_env() {
  local entry name folder offset scheme=http
  ! tls_on || scheme=https
  {
    echo "# source this file to use the command line program on this system"
    echo "export PATH=$(printf %q "$BUILD/services/cli"):\$PATH"
    for entry in "${SERVICES[@]}"; do
      read -r name folder offset <<<"$entry"
      echo "export RECTIFY_${name^^}=127.0.0.1:$(port "$offset")"
    done
    echo "export RECTIFY_GATEWAY=$scheme://127.0.0.1:$(port $GATEWAY_PORT)"
    if tls_on; then
      printf 'export RECTIFY_TLS=1 RECTIFY_TLS_ROOTS=%q\n' "$(tls_file ca.pem)"
    else
      echo "unset RECTIFY_TLS RECTIFY_TLS_ROOTS"
    fi
    printf 'export RECTIFY_KEYS=%q\n' "$STATE/keys"
    printf 'export RECTIFY_CLOCK=%q\n' "shm:$STATE/clock"
    printf 'export RECTIFY_STATE=%q\n' "$STATE"
    echo "export RECTIFY_WEBHOOK_URL=http://127.0.0.1:$(port $WEBHOOK_PORT)/"
    printf 'export RECTIFY_ADMIN_PG=%q\n' "$(dsn postgres)"
  } >"$STATE/env"
}
