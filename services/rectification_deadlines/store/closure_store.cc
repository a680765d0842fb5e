#include "services/rectification_deadlines/store/closure_store.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::store {
namespace {

#define CLOSURE_COLUMNS                                                                       \
  "district, id, first_day, last_day, reason, document, create_time, added_in, revoke_time, " \
  "revoke_reason, revoked_in, changed_clock_count"

constexpr pg::Statement kInsertClosure = {"deadline.insert_closure", R"sql(
  insert into district_closures (district, id, first_day, last_day, reason, document, create_time,
                                 added_in, revoke_reason, changed_clock_count)
  values ($1, $2::uuid, $3::date, $4::date, $5, $6, $7::timestamptz, $8::int, '', $9::int))sql"};

constexpr pg::Statement kLockClosure = {
    "deadline.lock_closure", "select " CLOSURE_COLUMNS
                             " from district_closures where district = $1 and id = $2::uuid "
                             "for update"};

constexpr pg::Statement kRevoke = {"deadline.revoke_closure", R"sql(
  update district_closures
     set revoke_time = $3::timestamptz, revoke_reason = $4, revoked_in = $5::int
   where district = $1 and id = $2::uuid)sql"};

constexpr pg::Statement kCount = {"deadline.count_closure", R"sql(
  update district_closures set changed_clock_count = $3::int
   where district = $1 and id = $2::uuid)sql"};

constexpr pg::Statement kNextVersion = {"deadline.next_closure_version", R"sql(
  insert into closure_versions (district, version) values ($1, 1)
  on conflict (district) do update set version = closure_versions.version + 1
  returning version)sql"};

constexpr pg::Statement kVersion = {"deadline.closure_version",
                                    "select version from closure_versions where district = $1"};

constexpr pg::Statement kOverlay = {"deadline.closure_overlay", R"sql(
  select first_day, last_day, reason, document from district_closures
   where district = $1 and added_in <= $2::int and (revoked_in is null or revoked_in > $2::int)
   order by added_in)sql"};

Closure ReadClosure(const pg::Row& row) {
  Closure closure;
  closure.name = ClosureName(row.Text(0), row.Text(1));
  closure.first_day = row.Day(2);
  closure.last_day = row.Day(3);
  closure.reason = row.Text(4);
  closure.document = row.Text(5);
  closure.create_time = row.Time(6);
  closure.added_in = static_cast<int>(row.Int(7));
  closure.revoke_time = row.OptTime(8);
  closure.revoke_reason = row.Text(9);
  if (!row.IsNull(10)) closure.revoked_in = static_cast<int>(row.Int(10));
  closure.changed_clock_count = static_cast<int>(row.Int(11));
  return closure;
}

const query::ListSpec& ClosureList() {
  static const auto& spec = *new query::ListSpec{.name = "deadline.list_closures",
                                                 .columns = CLOSURE_COLUMNS,
                                                 .from = "district_closures where district = $1",
                                                 .fields = {},
                                                 .order = {{"first_day", "date"}, {"id", "uuid"}},
                                                 .descending = true};
  return spec;
}

}  // namespace

absl::Status InsertClosure(pg::Tx& tx, const Closure& closure) {
  const NameParts name = SplitName(closure.name);
  return tx
      .Exec(kInsertClosure,
            {name.district, name.id, closure.first_day, closure.last_day, closure.reason,
             closure.document, closure.create_time, closure.added_in, closure.changed_clock_count})
      .status();
}

absl::StatusOr<Closure> LockClosure(pg::Tx& tx, absl::string_view name) {
  const NameParts parts = SplitName(name);
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLockClosure, {parts.district, parts.id}));
  if (rows.empty()) return rectify::NotFoundError(name);
  return ReadClosure(rows[0]);
}

absl::Status SaveRevoked(pg::Tx& tx, const Closure& closure) {
  const NameParts name = SplitName(closure.name);
  return tx
      .Exec(kRevoke, {name.district, name.id, closure.revoke_time, closure.revoke_reason,
                      closure.revoked_in})
      .status();
}

absl::Status SaveChangedCount(pg::Tx& tx, const Closure& closure) {
  const NameParts name = SplitName(closure.name);
  return tx.Exec(kCount, {name.district, name.id, closure.changed_clock_count}).status();
}

absl::StatusOr<std::pair<std::vector<Closure>, std::string>> ListClosures(
    pg::Tx& tx, absl::string_view district, const Page& page) {
  ASSIGN_OR_RETURN(
      const query::ListQuery list,
      query::ListQuery::Build(ClosureList(), {district}, page.filter, page.size, page.token));
  return list.Run<Closure>(tx, ReadClosure);
}

absl::StatusOr<int> NextClosureVersion(pg::Tx& tx, absl::string_view district) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kNextVersion, {district}));
  return static_cast<int>(rows[0].Int(0));
}

absl::StatusOr<Overlay> NewestOverlay(pg::Tx& tx, absl::string_view district) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kVersion, {district}));
  if (rows.empty()) return Overlay{};
  return OverlayAt(tx, district, static_cast<int>(rows[0].Int(0)));
}

absl::StatusOr<Overlay> OverlayAt(pg::Tx& tx, absl::string_view district, int version) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kOverlay, {district, version}));
  Overlay overlay{absl::StrCat(district, ".", version), {}};
  std::set<absl::CivilDay> seen;  // of closures that overlap the first one counts
  for (const pg::Row row : rows) {
    for (absl::CivilDay day = row.Day(0); day <= row.Day(1); ++day) {
      if (!seen.insert(day).second) continue;
      overlay.days.push_back({day, workday::DayClass::kClosure, row.Text(2), row.Text(3)});
    }
  }
  return overlay;
}

}  // namespace rectify::deadline::store
