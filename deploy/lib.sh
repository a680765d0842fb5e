# Functions shared by deploy/up, deploy/down and tests/run. To be sourced by bash.
#
# The caller may set before: STATE (folder of everything that runs), LOG_DIR (logs of long steps).
set -euo pipefail

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly REPO
export PYTHONDONTWRITEBYTECODE=1
# Debian's own interpreter: the packaged modules are not seen by another one on PATH.
readonly PYTHON=/usr/bin/python3

# ---- Talking to the operator

say() { printf '%s\n' "$*"; }
step() { printf '▶ %s\n' "$*"; }

# fail ZH EN: one clear line, and the end.
fail() {
  printf '✗ %s | %s\n' "$1" "$2" >&2
  exit 1
}

# run_logged NAME CMD…: runs a long command with its output in $LOG_DIR/NAME.log, and shows the newest
# line of it: rewritten in place on a terminal, every 10 s otherwise. On failure prints the log's end.
run_logged() {
  local name=$1 log=$LOG_DIR/$1.log begin=$SECONDS shown=$SECONDS rc=0 pid
  shift
  mkdir -p "$LOG_DIR"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  # Without job control a background command ignores Ctrl-C: hand it on.
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  while process_runs "$pid"; do
    sleep 0.2
    if [[ -t 1 ]]; then
      printf '\r\033[K  %4d s  %s' $((SECONDS - begin)) "$(newest_line "$log")"
    elif ((SECONDS - shown >= 10)); then
      shown=$SECONDS
      printf '  %4d s  %s\n' $((SECONDS - begin)) "$(newest_line "$log")"
    fi
  done
  wait "$pid" || rc=$?
  trap - INT TERM
  [[ -t 1 ]] && printf '\r\033[K'
  if ((rc != 0)); then
    # Ninja's progress lines would hide the compiler's words.
    grep -vE '^\[[0-9]+/[0-9]+' "$log" | cut -c1-300 | tail -n 60 >&2 || true
    say "  $name: failed after $((SECONDS - begin)) s, log: $log" >&2
    return "$rc"
  fi
  say "  $name: $((SECONDS - begin)) s"
}

newest_line() { tail -c 600 "$1" 2>/dev/null | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 | cut -c1-100; }

# ---- Packages

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# missing_packages FILE…: the listed packages that are not installed, one per line.
missing_packages() {
  local package command
  while read -r package command _; do
    [[ -n $package ]] || continue
    [[ -n $command ]] && command -v "$command" >/dev/null && continue
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      echo "$package"
  done < <(sed 's/#.*//' "$@")
}

# install_packages FILE…: installs what is missing, and nothing else; starts and enables no service.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    say "  all packages are installed"
    return
  fi
  command -v apt-get >/dev/null ||
    fail "缺少软件包且没有 apt-get:${missing[*]}" "missing packages and no apt-get: ${missing[*]}"
  if ((EUID != 0)); then
    { command -v sudo >/dev/null && sudo -v; } || fail \
      "缺少软件包,请用 root 执行:apt-get install ${missing[*]}" \
      "missing packages, as root: apt-get install ${missing[*]}"
  fi
  say "  installing ${#missing[@]}: ${missing[*]}"
  if ! package_lists_known "${missing[@]}"; then
    run_logged apt-update as_root apt-get update
  fi
  # A shell of its own, so that its end undoes what the installation needed, whatever happens.
  (
    trap quiet_services_off EXIT
    quiet_services_on
    # Lists that are too old name files that are gone from the mirror: one more try with new ones.
    apt_install "${missing[@]}" ||
      { run_logged apt-update as_root apt-get update && apt_install "${missing[@]}"; }
  ) || fail "软件包安装失败,见上文" "installing the packages failed, see above"
  # A redis-server that was here before keeps its setting.
  if [[ " ${missing[*]} " == *" redis-server "* ]] && command -v systemctl >/dev/null; then
    as_root systemctl disable redis-server.service >/dev/null 2>&1 || true
  fi
}

apt_install() {
  run_logged apt-install as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
}

package_lists_known() {
  local package
  for package in "$@"; do
    apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]' || return 1
  done
}

readonly POLICY=/usr/sbin/policy-rc.d
readonly NO_CLUSTER=/etc/postgresql-common/createcluster.d/rectify-install.conf
policy_is_ours=

# Debian starts and enables what it installs, and PostgreSQL makes a cluster of its own. Only for the
# time of the installation: no service is started, no cluster is made.
quiet_services_on() {
  if [[ ! -e $POLICY ]]; then
    policy_is_ours=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
  fi
  as_root mkdir -p "${NO_CLUSTER%/*}"
  echo "create_main_cluster = false" | as_root tee "$NO_CLUSTER" >/dev/null
}

quiet_services_off() {
  as_root rm -f "$NO_CLUSTER"
  [[ -z $policy_is_ours ]] || as_root rm -f "$POLICY"
}

# ---- Building

# build_jobs: as many compilers as there are cores plus one, but each gets 1.5 GB.
build_jobs() {
  local cores memory
  cores=$(($(nproc) + 1))
  memory=$(awk '/^MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
  ((memory >= 1)) || memory=1
  echo $((cores < memory ? cores : memory))
}

# configure_and_build BUILD_DIR TARGET CMAKE_ARGS…
configure_and_build() {
  local dir=$1 target=$2 name
  name=$(basename "$dir")
  shift 2
  # Precompiled headers and other clones of the repository hit the cache only with these settings.
  export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1
  export CCACHE_BASEDIR=$REPO CCACHE_NOHASHDIR=1
  run_logged "configure-$name" cmake -S "$REPO" -B "$dir" -G Ninja "$@"
  run_logged "compile-$name" env NINJA_STATUS='[%f/%t, %e s] ' \
    ninja -C "$dir" -j "$(build_jobs)" "$target"
}

# ---- State folder and ports

# choose_state: sets STATE. PostgreSQL never runs as root and must reach the folder, so root's state
# is not below the repository, which may lie in a home folder.
choose_state() {
  if [[ -n ${RECTIFY_STATE:-} ]]; then
    STATE=$(realpath -m "$RECTIFY_STATE")
  elif ((EUID == 0)); then
    STATE=/var/lib/rectify/$(short_hash "$REPO")
  else
    STATE=$REPO/.state
  fi
  LOG_DIR=$STATE/log
  # The path of a Unix socket holds at most 107 bytes.
  SOCKETS=$STATE/sockets
  ((${#SOCKETS} <= 80)) || SOCKETS=/tmp/rectify-$(short_hash "$STATE")
}

short_hash() { printf '%s' "$1" | sha256sum | cut -c1-8; }

# make_state: creates the folders. The marker keeps remove_state from removing anything else.
make_state() {
  if [[ -d $STATE && ! -e $STATE/.rectify-state && -n $(ls -A "$STATE") ]]; then
    fail "$STATE 不是整改系统的数据目录" "$STATE is not a state folder of Rectify"
  fi
  # The mail server makes its Maildir by itself.
  local private=("$STATE"/{run,log,postgres,redis,letters,webhook,keys,followup} "$SOCKETS")
  mkdir -p "${private[@]}"
  chmod 700 "${private[@]}"
  touch "$STATE/.rectify-state"
  if ((EUID == 0)); then
    chmod 755 "$STATE"
    [[ $STATE != /var/lib/rectify/* ]] || chmod 755 /var/lib/rectify
    chown postgres: "$STATE/postgres" "$SOCKETS"
    as_postgres test -w "$STATE/postgres" -a -w "$SOCKETS" || fail \
      "用户 postgres 进不了 $STATE,请用 RECTIFY_STATE 另选目录" \
      "user postgres cannot reach $STATE; choose another folder by RECTIFY_STATE"
  else
    chmod 700 "$STATE"
  fi
}

remove_state() {
  [[ -e $STATE/.rectify-state ]] || return 0
  rm -rf "$STATE" "$SOCKETS"
}

# choose_ports [BASE]: sets PORT_BASE; a base once chosen stays with the state folder.
choose_ports() {
  PORT_BASE=${1:-${RECTIFY_PORT_BASE:-$(cat "$STATE/port-base" 2>/dev/null || echo 17100)}}
  [[ $PORT_BASE =~ ^[0-9]{4,5}$ ]] && ((PORT_BASE >= 1024 && PORT_BASE <= 65400)) || fail \
    "端口起点应为 1024 到 65400 的数:$PORT_BASE" \
    "the port base is a number from 1024 to 65400, not $PORT_BASE"
}

port() { echo $((PORT_BASE + $1)); }

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# require_free_port PORT
require_free_port() {
  ! port_answers "$1" || fail \
    "端口 127.0.0.1:$1 已被占用,请换起点:deploy/up --port-base N" \
    "port 127.0.0.1:$1 is taken; choose another base: deploy/up --port-base N"
}

# ---- Processes: STATE/run/NAME.pid holds the pid and its start time, so that a pid that the system
# has given to somebody else is never taken for ours.

process_runs() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  [[ ${stat:0:1} != Z ]]
}

process_start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # After the command name in brackets, which may hold blanks, the start time is field 20.
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  echo "${20}"
}

# process_pid NAME: prints the pid when the process runs and is ours.
process_pid() {
  local pid began
  read -r pid began 2>/dev/null <"$STATE/run/$1.pid" || return 1
  process_runs "$pid" && [[ $(process_start_time "$pid") == "$began" ]] && echo "$pid"
}

# start_process NAME READY CMD…: starts CMD detached from this terminal, with its output in
# STATE/log/NAME.log, and waits until the command READY succeeds or the process has ended.
start_process() {
  local name=$1 ready=$2 log=$STATE/log/$1.log pid begin=$SECONDS
  shift 2
  if process_pid "$name" >/dev/null; then return 0; fi
  [[ ! -e $log ]] || mv "$log" "$log.1"
  setsid "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(process_start_time "$pid" || echo gone)" >"$STATE/run/$name.pid"
  # shellcheck disable=SC2086
  until $ready; do
    if ! process_runs "$pid" || ((SECONDS - begin > 60)); then
      tail -n 20 "$log" >&2
      stop_process "$name"
      fail "$name 没有启动成功,日志:$log" "$name did not come up, log: $log"
    fi
    sleep 0.1
  done
  say "  $name (pid $pid)"
}

# The READY commands.
ready_serving() { grep -q 'serving on' "$STATE/log/$1.log"; }
ready_port() { port_answers "$1"; }
ready_redis() { [[ $(redis-cli -h 127.0.0.1 -p "$1" ping 2>/dev/null) == PONG ]]; }

# stop_process NAME: TERM, and KILL after 15 s.
stop_process() {
  local pid begin=$SECONDS
  if pid=$(process_pid "$1"); then
    kill -TERM "$pid" 2>/dev/null || true
    while process_pid "$1" >/dev/null; do
      if ((SECONDS - begin >= 15)); then
        say "  $1 does not end by itself: killed"
        kill -KILL "$pid" 2>/dev/null || true
        begin=$SECONDS
      fi
      sleep 0.1
    done
    say "  $1 stopped"
  fi
  rm -f "$STATE/run/$1.pid"
}
