#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/log/log.h"
#include "libs/pg/pool.h"

namespace rectify::pg {
namespace {

// 0x52454354: keeps our advisory locks apart from those of other programs in the same database.
constexpr Statement kLock = {"migrate_lock",
                             "SELECT pg_advisory_xact_lock(1380270932, hashtext($1::text))"};
constexpr Statement kSchemaExists = {"migrate_schema_exists",
                                     "SELECT 1 FROM pg_namespace WHERE nspname = $1::text"};
constexpr Statement kTableExists = {
    "migrate_table_exists",
    "SELECT 1 FROM pg_tables WHERE schemaname = $1::text AND tablename = 'schema_migrations'"};
constexpr Statement kApplied = {"migrate_applied", "SELECT version, sha256 FROM schema_migrations"};
constexpr Statement kRecord = {"migrate_record",
                               "INSERT INTO schema_migrations (version, name, sha256, applied_at) "
                               "VALUES ($1::int, $2::text, $3::bytea, $4::timestamptz)"};

using Applied = absl::flat_hash_map<int64_t, std::string>;  // version -> SHA-256

absl::StatusOr<int64_t> VersionOf(const Migration& migration) {
  size_t digits = 0;
  while (digits < migration.name.size() && absl::ascii_isdigit(migration.name[digits])) ++digits;
  int64_t version = 0;
  if (!absl::SimpleAtoi(absl::string_view(migration.name).substr(0, digits), &version)) {
    return absl::InvalidArgumentError(
        absl::StrCat("migration ", migration.name, " does not begin with a number"));
  }
  return version;
}

absl::Status CheckOrder(const std::vector<Migration>& migrations) {
  int64_t last = -1;
  for (const Migration& migration : migrations) {
    ASSIGN_OR_RETURN(int64_t version, VersionOf(migration));
    if (version <= last) {
      return absl::InvalidArgumentError(
          absl::StrCat("migration ", migration.name, " is out of order"));
    }
    last = version;
  }
  return absl::OkStatus();
}

// A user without the right to create schemas may still migrate one that exists, so nothing is
// created that is there.
absl::Status CreateTable(Tx& tx, const std::string& schema) {
  RETURN_IF_ERROR(tx.Exec(kLock, {schema}).status());
  const std::string quoted =
      absl::StrCat("\"", absl::StrReplaceAll(schema, {{"\"", "\"\""}}), "\"");
  ASSIGN_OR_RETURN(Rows schemas, tx.Exec(kSchemaExists, {schema}));
  if (schemas.empty()) RETURN_IF_ERROR(tx.ExecScript(absl::StrCat("CREATE SCHEMA ", quoted)));
  ASSIGN_OR_RETURN(Rows tables, tx.Exec(kTableExists, {schema}));
  if (!tables.empty()) return absl::OkStatus();
  return tx.ExecScript(
      absl::StrCat("CREATE TABLE ", quoted,
                   ".schema_migrations (version int PRIMARY KEY, name text NOT NULL, "
                   "sha256 bytea NOT NULL, applied_at timestamptz NOT NULL)"));
}

absl::StatusOr<Applied> ReadApplied(Tx& tx) {
  ASSIGN_OR_RETURN(Rows rows, tx.Exec(kApplied));
  Applied applied;
  for (Row row : rows) applied.emplace(row.Int(0), row.Bytes(1));
  return applied;
}

// Whether the migration is among them; FAILED_PRECONDITION when another text of it is.
absl::StatusOr<bool> IsApplied(const Applied& applied, const Migration& migration) {
  ASSIGN_OR_RETURN(const int64_t version, VersionOf(migration));
  const auto found = applied.find(version);
  if (found == applied.end()) return false;
  if (found->second == crypto::Sha256(migration.sql)) return true;
  return absl::FailedPreconditionError(
      absl::StrCat("migration ", migration.name, " was changed after it had been applied"));
}

// Applies one migration unless another replica was faster.
absl::Status Apply(Tx& tx, const std::string& schema, const Migration& migration) {
  RETURN_IF_ERROR(tx.Exec(kLock, {schema}).status());
  ASSIGN_OR_RETURN(const Applied applied, ReadApplied(tx));
  ASSIGN_OR_RETURN(const bool done, IsApplied(applied, migration));
  if (done) return absl::OkStatus();
  log::Info("pg_migrating", {{"schema", schema}, {"migration", migration.name}});
  RETURN_IF_ERROR(tx.ExecScript(migration.sql));
  // When the operator's machine did it, not business time.
  const absl::Time applied_at = absl::Now();
  ASSIGN_OR_RETURN(const int64_t version, VersionOf(migration));
  return tx
      .Exec(kRecord, {version, migration.name, Bytes{crypto::Sha256(migration.sql)}, applied_at})
      .status();
}

}  // namespace

absl::Status Migrate(const PoolOptions& options, const std::vector<Migration>& migrations) {
  RETURN_IF_ERROR(CheckOrder(migrations));
  PoolOptions patient = options;
  patient.size = 1;
  // A large index takes its time, and another replica waits for it.
  patient.statement_timeout = absl::Minutes(30);
  patient.lock_timeout = absl::Minutes(30);
  patient.idle_in_transaction_timeout = absl::Minutes(1);
  Pool pool(patient);
  ASSIGN_OR_RETURN(const Applied applied,
                   pool.TransactValue("MigrateSchema", {}, [&](Tx& tx) -> absl::StatusOr<Applied> {
                     RETURN_IF_ERROR(CreateTable(tx, options.schema));
                     return ReadApplied(tx);
                   }));
  for (const Migration& migration : migrations) {
    ASSIGN_OR_RETURN(const bool done, IsApplied(applied, migration));
    if (done) continue;
    RETURN_IF_ERROR(
        pool.Transact("Migrate", {}, [&](Tx& tx) { return Apply(tx, options.schema, migration); }));
  }
  return absl::OkStatus();
}

}  // namespace rectify::pg
