#include "services/reminder_dispatch/store/venue_kinds.h"

#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"

namespace rectify::reminder::store {
namespace {

constexpr pg::Statement kSave = {"reminder.save_venue_kind", R"sql(
  insert into venue_kinds (district, name, kind) values ($1::text, $2::text, $3::smallint)
  on conflict (district, name) do update set kind = excluded.kind)sql"};
constexpr pg::Statement kRead = {"reminder.read_venue_kind", R"sql(
  select kind from venue_kinds where district = $1::text and name = $2::text)sql"};

}  // namespace

absl::Status SaveVenueKind(pg::Tx& tx, const std::string& venue, int kind) {
  return tx.Exec(kSave, {rpc::DistrictOf(venue), venue, kind}).status();
}

absl::StatusOr<int> ReadVenueKind(pg::Tx& tx, const std::string& venue) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kRead, {rpc::DistrictOf(venue), venue}));
  return rows.empty() ? 0 : static_cast<int>(rows[0].Int(0));
}

}  // namespace rectify::reminder::store
