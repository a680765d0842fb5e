#include "services/rectification_deadlines/events/closures.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/closure_events.pb.h"
#include "services/rectification_deadlines/events/calendar_move.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::events {
namespace {

using ::rectify::events::Change;
using ::rectify::events::kDepartments;

constexpr int kMaxDays = 60;

absl::Status CheckDays(const store::Closure& closure) {
  const auto days = closure.last_day - closure.first_day + 1;
  if (days >= 1 && days <= kMaxDays) return absl::OkStatus();
  return FieldError("closure.last_day",
                    {absl::StrCat("须不早于第一日，且不超过 ", kMaxDays, " 日"),
                     absl::StrCat("must not lie before the first day, nor more than ", kMaxDays,
                                  " days reach up to it")});
}

std::string DaysText(const store::Closure& closure) {
  return absl::StrCat(FormatCivilDay(closure.first_day), " 至 ", FormatCivilDay(closure.last_day));
}

absl::StatusOr<int> MoveClocksOf(Change& change, store::CalendarStore& calendars,
                                 const store::Closure& closure, std::string why) {
  ASSIGN_OR_RETURN(const std::vector<store::CalendarYear> years,
                   calendars.NewestYears(change.sql()));
  CalendarMove move{
      {}, closure.first_day, closure.last_day, store::DistrictOf(closure.name), std::move(why)};
  for (const store::CalendarYear& year : years) move.notices.push_back(year.notice);
  return MoveClocks(change, move);
}

}  // namespace

v1::DistrictClosure ToMessage(const store::Closure& closure) {
  v1::DistrictClosure message;
  message.set_name(closure.name);
  *message.mutable_first_day() = rpc::ToDate(closure.first_day);
  *message.mutable_last_day() = rpc::ToDate(closure.last_day);
  message.set_reason(closure.reason);
  message.set_document(closure.document);
  *message.mutable_create_time() = rpc::ToTimestamp(closure.create_time);
  if (closure.revoke_time) {
    *message.mutable_revoke_time() = rpc::ToTimestamp(*closure.revoke_time);
  }
  message.set_revoke_reason(closure.revoke_reason);
  message.set_changed_clock_count(closure.changed_clock_count);
  return message;
}

absl::StatusOr<v1::DistrictClosure> AddClosure(Change& change, store::CalendarStore& calendars,
                                               absl::string_view district, store::Closure closure) {
  RETURN_IF_ERROR(CheckDays(closure));
  RETURN_IF_ERROR(calendars.LockForImport(change.sql()));
  closure.name = store::ClosureName(district, change.NewId("closure"));
  closure.create_time = change.now();
  ASSIGN_OR_RETURN(closure.added_in, store::NextClosureVersion(change.sql(), district));
  // The calendar that the clocks move to is read with the closure in it.
  RETURN_IF_ERROR(store::InsertClosure(change.sql(), closure));
  ASSIGN_OR_RETURN(closure.changed_clock_count,
                   MoveClocksOf(change, calendars, closure, closure.reason));
  RETURN_IF_ERROR(store::SaveChangedCount(change.sql(), closure));
  change.Audit({closure.name,
                {},
                "AddDistrictClosure",
                absl::StrCat(closure.reason, "（", closure.document, "），", DaysText(closure),
                             "，改变 ", closure.changed_clock_count, " 个期限"),
                {{"closure_version", absl::StrCat(closure.added_in)}}});
  v1::DistrictClosureAdded event;
  *event.mutable_closure() = ToMessage(closure);
  change.Emit(closure.name, 1, event, kDepartments);
  return event.closure();
}

absl::StatusOr<v1::DistrictClosure> RevokeClosure(Change& change, store::CalendarStore& calendars,
                                                  const std::string& name,
                                                  const std::string& reason) {
  RETURN_IF_ERROR(calendars.LockForImport(change.sql()));
  ASSIGN_OR_RETURN(store::Closure closure, store::LockClosure(change.sql(), name));
  if (closure.revoke_time) {
    return PreconditionError("CLOSURE_REVOKED",
                             {"该停业决定已经撤销", "the closure was revoked already"});
  }
  closure.revoke_time = change.now();
  closure.revoke_reason = reason;
  ASSIGN_OR_RETURN(closure.revoked_in,
                   store::NextClosureVersion(change.sql(), store::DistrictOf(name)));
  RETURN_IF_ERROR(store::SaveRevoked(change.sql(), closure));
  ASSIGN_OR_RETURN(closure.changed_clock_count,
                   MoveClocksOf(change, calendars, closure, "撤销停业决定"));
  RETURN_IF_ERROR(store::SaveChangedCount(change.sql(), closure));
  change.Audit({closure.name,
                {},
                "RevokeDistrictClosure",
                absl::StrCat("撤销停业决定（", DaysText(closure), "），改变 ",
                             closure.changed_clock_count, " 个期限"),
                {{"closure_version", absl::StrCat(*closure.revoked_in)}}});
  v1::DistrictClosureRevoked event;
  *event.mutable_closure() = ToMessage(closure);
  change.Emit(closure.name, 2, event, kDepartments);
  return event.closure();
}

}  // namespace rectify::deadline::events
