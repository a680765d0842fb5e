# What deploy says of who reaches whom, with the proxy in between. Sourced after deploy/system.sh.

readonly REPLICA_OFFSET=5 # replica 1 of a service listens five ports above replica 0

pg_of() {
  echo "postgresql://${1}_app@127.0.0.1:$(link_port "pg-$1-$REPLICA")/$(database_of "$1")?sslmode=disable&gssencmode=disable&connect_timeout=5"
}
redis_of() { echo "127.0.0.1:$(link_port "redis-$1-$REPLICA")"; }
peer_of() { echo "127.0.0.1:$(link_port "$1-$REPLICA-$2")"; }
smtp_of() { echo "smtp://127.0.0.1:$(link_port smtp)"; }

# link_port NAME: STATE/links has one line `NAME PORT` per link.
link_port() { awk -v name="$1" '$1 == name { print $2 }' "$STATE/links"; }

# print_command SERVICE REPLICA: the words of its command, each ended by a NUL.
print_command() {
  WANTED=$1
  REPLICA=$2
  each_service print_if_wanted
}

print_if_wanted() {
  local command=()
  [[ $1 == "$WANTED" ]] || return 0
  service_command "$1" "$2" "$(($3 + REPLICA * REPLICA_OFFSET))"
  printf '%s\0' "${command[@]}"
}
