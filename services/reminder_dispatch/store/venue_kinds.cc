#include "services/reminder_dispatch/store/venue_kinds.h"

#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "services/reminder_dispatch/store/names.h"

namespace rectify::reminder::store {
namespace {

constexpr pg::Statement kSaveVenueKinds = {"reminder.save_venue_kind", R"sql(
  insert into venue_kinds (district, name, kind) values ($1::text, $2::text, $3::smallint)
  on conflict (district, name) do update set kind = excluded.kind)sql"};
constexpr pg::Statement kReadVenueKinds = {"reminder.read_venue_kinds", R"sql(
  select name, kind from venue_kinds
   where (district, name) in (select * from unnest($1::text[], $2::text[])))sql"};

}  // namespace

absl::Status SaveVenueKind(pg::Tx& tx, const std::string& venue, int kind) {
  return tx.Exec(kSaveVenueKinds, {rpc::DistrictOf(venue), venue, kind}).status();
}

absl::StatusOr<std::map<std::string, int>> ReadVenueKinds(pg::Tx& tx,
                                                          const std::vector<std::string>& venues) {
  std::map<std::string, int> kinds;
  if (venues.empty()) return kinds;
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadVenueKinds, {DistrictsOf(venues), venues}));
  for (const pg::Row row : rows) kinds[row.Text(0)] = static_cast<int>(row.Int(1));
  return kinds;
}

}  // namespace rectify::reminder::store
