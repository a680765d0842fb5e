# What a backup looks like, for deploy/backup, which writes it, and deploy/restore, which reads it. Sourced
# after servers.sh.
#
#   DIR/TIME/about, files.sha256   what it is; the sums of all files outside postgres/
#   DIR/TIME/postgres/             base backup with its own manifest
#   DIR/TIME/state/                evidence, letters, the sample receiver's file, simulated clock, port base
#   DIR/TIME.keys/                 keys/ and the sealed service's key
#   DIR/wal/SYSTEM/                the archived write-ahead log of the database system

# backup_ids DIR: oldest first.
backup_ids() { find "$1" -mindepth 2 -maxdepth 2 -name about -printf '%P\n' 2>/dev/null | grep -v '^\.' | sed 's|/about$||' | sort; }

# about BACKUP NAME
about() { sed -n "s/^$2=//p" "$1/about"; }

list_backups() {
  local id
  printf '%-18s  %-22s  %8s  %s\n' "备份 backup" "完成 finished" "大小 size" "版本 revision"
  for id in $(backup_ids "$1"); do
    printf '%-16s  %-20s  %8s  %s\n' "$id" "$(about "$1/$id" finished)" \
      "$(du -sh "$1/$id" | cut -f1)" "$(about "$1/$id" revision)"
  done
}

# verify_backup BACKUP KEYS
verify_backup() {
  run_logged verify "$(pg_bin)/pg_verifybackup" "$1/postgres" ||
    fail "备份的数据库已损坏:$1" "the backup's database is damaged: $1"
  verify_files "$1"
  verify_files "$2"
}

verify_files() {
  (cd "$1" && sha256sum --check --quiet --strict files.sha256 >&2) ||
    fail "备份的文件已损坏或缺失:$1" "files of the backup are damaged or missing: $1"
}
