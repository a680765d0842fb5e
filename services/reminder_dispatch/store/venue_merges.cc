#include "services/reminder_dispatch/store/venue_merges.h"

#include "libs/rpc/resource_name.h"

namespace rectify::reminder::store {
namespace {

constexpr pg::Statement kSaveVenueMerge = {"reminder.save_venue_merge", R"sql(
  with followed as (
    update venue_merges set survivor = $3::text
     where district = $1::text and survivor = $2::text
  )
  insert into venue_merges (district, name, survivor) values ($1::text, $2::text, $3::text)
  on conflict (district, name) do update set survivor = excluded.survivor)sql"};

}  // namespace

absl::Status SaveMerge(pg::Tx& tx, const std::string& source, const std::string& target) {
  return tx.Exec(kSaveVenueMerge, {rpc::DistrictOf(source), source, target}).status();
}

}  // namespace rectify::reminder::store
