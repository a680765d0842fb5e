#include "services/partner_registry/store/quota_store.h"

#include "libs/base/status_macros.h"

namespace rectify::partner::store {
namespace {

// The row is locked by whoever comes first; the others go on from what it has left.
constexpr pg::Statement kOpen = {"partner.open_minute", R"sql(
  insert into used_minutes (district, partner, minute, used)
  values ($1::text, $2::uuid, $3::timestamptz, 0) on conflict do nothing)sql"};

constexpr pg::Statement kTake = {"partner.take_requests", R"sql(
  with before as (
    select used from used_minutes
     where district = $1::text and partner = $2::uuid and minute = $3::timestamptz for update
  )
  update used_minutes u set used = greatest(b.used, least(b.used + $4::int, $5::int))
    from before b
   where u.district = $1::text and u.partner = $2::uuid and u.minute = $3::timestamptz
  returning u.used - b.used, greatest($5::int - u.used, 0))sql"};

constexpr pg::Statement kForgetMinutes = {
    "partner.forget_minutes", "delete from used_minutes where minute < $1::timestamptz"};

}  // namespace

absl::StatusOr<Taken> TakeRequests(pg::Tx& tx, const domain::Partner& partner, absl::Time minute,
                                   int wanted) {
  RETURN_IF_ERROR(tx.Send(kOpen, {partner.district, partner.id, minute}));
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kTake, {partner.district, partner.id, minute, wanted,
                                                  partner.fields.requests_per_minute}));
  return Taken{static_cast<int>(rows[0].Int(0)), static_cast<int>(rows[0].Int(1))};
}

absl::StatusOr<int> ForgetMinutes(pg::Tx& tx, absl::Time end) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kForgetMinutes, {end}));
  return static_cast<int>(rows.affected());
}

}  // namespace rectify::partner::store
