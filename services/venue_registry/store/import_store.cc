#include "services/venue_registry/store/import_store.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::venue::store {
namespace {

constexpr pg::Statement kReadImport = {"venue.read_import", R"sql(
  select rows_done, digest from venue_imports where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kStart = {"venue.start_import", R"sql(
  insert into venue_imports (district, id, rows_done, digest, start_time, update_time)
  values ($1::text, $2::uuid, $3::int, $4::bytea, $5::timestamptz, $5::timestamptz)
  on conflict do nothing)sql"};

constexpr pg::Statement kAdvance = {"venue.advance_import", R"sql(
  update venue_imports set rows_done = $3::int, digest = $4::bytea, update_time = $5::timestamptz
   where district = $1::text and id = $2::uuid and rows_done = $6::int and digest = $7::bytea)sql"};

// Problems come as an array literal per row: unnest would flatten an array of arrays.
constexpr pg::Statement kInsertRows = {"venue.insert_import_rows", R"sql(
  insert into venue_import_rows (district, import_id, n, line, result, venue_id, problems)
  select $1::text, $2::uuid, $3::int + n, line, result, nullif(venue_id, '')::uuid,
         problems::text[]
    from unnest($4::int[], $5::smallint[], $6::text[], $7::text[]) with ordinality
         as r (line, result, venue_id, problems, n))sql"};

constexpr pg::Statement kResults = {"venue.read_import_rows", R"sql(
  select line, result, venue_id, problems from venue_import_rows
   where district = $1::text and import_id = $2::uuid and n > $3::int
   order by n limit $4::int)sql"};

}  // namespace

absl::Status ImportChangedError(absl::StatusCode code) {
  return MakeError(code, {"IMPORT_CHANGED",
                          {"续传的文件与开始导入的文件不同，或同一导入正在别处进行",
                           "the file is not the one that the import began with, or the import "
                           "goes on elsewhere"},
                          {},
                          {}});
}

absl::StatusOr<std::optional<ImportProgress>> ImportStore::Read(pg::Tx& tx,
                                                                const std::string& district,
                                                                const std::string& id) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadImport, {district, id}));
  if (rows.empty()) return std::nullopt;
  return ImportProgress{static_cast<int>(rows[0].Int(0)), rows[0].Bytes(1)};
}

absl::Status ImportStore::Advance(pg::Tx& tx, const std::string& district, const std::string& id,
                                  const ImportProgress& before, const ImportProgress& after,
                                  const std::vector<ImportResult>& results, absl::Time now) const {
  const pg::Bytes digest{after.digest};
  const bool first = before.rows_done == 0;
  ASSIGN_OR_RETURN(pg::Rows moved,
                   first ? tx.Exec(kStart, {district, id, after.rows_done, digest, now})
                         : tx.Exec(kAdvance, {district, id, after.rows_done, digest, now,
                                              before.rows_done, pg::Bytes{before.digest}}));
  if (moved.affected() == 0) return ImportChangedError(absl::StatusCode::kAborted);
  std::vector<int> lines, codes;
  std::vector<std::string> venues, problems;
  for (const ImportResult& result : results) {
    lines.push_back(result.line);
    codes.push_back(result.result);
    venues.push_back(result.venue_id);
    problems.push_back(pg::Param(result.problems).text().value_or("{}"));
  }
  return tx.Exec(kInsertRows, {district, id, before.rows_done, lines, codes, venues, problems})
      .status();
}

absl::StatusOr<std::vector<ImportResult>> ImportStore::Results(pg::Tx& tx,
                                                               const std::string& district,
                                                               const std::string& id, int after,
                                                               int limit) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kResults, {district, id, after, limit}));
  std::vector<ImportResult> results;
  for (pg::Row row : rows) {
    results.push_back({static_cast<int>(row.Int(0)), static_cast<int>(row.Int(1)),
                       row.OptText(2).value_or(""), row.TextArray(3)});
  }
  return results;
}

}  // namespace rectify::venue::store
