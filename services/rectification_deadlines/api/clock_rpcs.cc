// Clocks, what fell through, and due dates with their reasons.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "services/rectification_deadlines/api/convert.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "services/rectification_deadlines/store/clock_store.h"

namespace rectify::deadline::api {
namespace {

using rpc::Call;

constexpr int kMaxFallen = 500;

pg::TxOptions ReadOptions(const Call& call) {
  return {.access = pg::Access::kReadOnly, .deadline = call.deadline};
}

absl::StatusOr<v1::Clock> GetClock(Context& context, const Call& call,
                                   const v1::GetClockRequest& request) {
  const absl::Time now = context.host.clock().Now();
  ASSIGN_OR_RETURN(const std::optional<absl::Time> as_of, AsOf(request, now));
  ASSIGN_OR_RETURN(
      const domain::Clock clock,
      context.host.pool().TransactValue("deadline.get_clock", ReadOptions(call), [&](pg::Tx& tx) {
        return store::LoadClock(tx, request.name(), as_of);
      }));
  return ToMessage(clock, as_of.value_or(now));
}

absl::StatusOr<v1::ListClocksResponse> ListClocks(Context& context, const Call& call,
                                                  const v1::ListClocksRequest& request) {
  const absl::Time present = context.host.clock().Now();
  ASSIGN_OR_RETURN(const std::optional<absl::Time> as_of, AsOf(request, present));
  const absl::Time now = as_of.value_or(present);
  ASSIGN_OR_RETURN(
      const auto page,
      context.host.pool().TransactValue("deadline.list_clocks", ReadOptions(call), [&](pg::Tx& tx) {
        return store::ListClocks(tx, rpc::DistrictOf(request.parent()),
                                 {request.filter(), request.page_size(), request.page_token()}, now,
                                 as_of);
      }));
  v1::ListClocksResponse response;
  for (const domain::Clock& clock : page.first) *response.add_clocks() = ToMessage(clock, now);
  response.set_next_page_token(page.second);
  return response;
}

absl::StatusOr<v1::ListFallenThroughResponse> ListFallenThrough(
    Context& context, const Call& call, const v1::ListFallenThroughRequest& request) {
  ASSIGN_OR_RETURN(const store::FallenThrough fallen,
                   context.host.pool().TransactValue(
                       "deadline.list_fallen_through", ReadOptions(call), [&](pg::Tx& tx) {
                         return store::FindFallenThrough(tx, rpc::DistrictOf(request.parent()),
                                                         kMaxFallen);
                       }));
  v1::ListFallenThroughResponse response;
  response.mutable_findings()->Assign(fallen.findings.begin(), fallen.findings.end());
  response.set_open_finding_count(fallen.open_findings);
  return response;
}

// About ten years, so that an explanation day by day stays a message of sane size.
int MaxAmount(v1::PeriodUnit unit) {
  switch (unit) {
    case v1::PERIOD_UNIT_HOURS:
      return 10'000;
    case v1::PERIOD_UNIT_MONTHS:
      return 120;
    default:
      return 3'660;
  }
}

absl::Status CheckPeriod(const v1::Period& period) {
  const int least = period.unit() == v1::PERIOD_UNIT_NATURAL_DAYS ? 0 : 1;
  const int most = MaxAmount(period.unit());
  if (period.amount() >= least && period.amount() <= most) return absl::OkStatus();
  return FieldError("period.amount", {absl::StrCat("须在 ", least, " 至 ", most, " 之间"),
                                      absl::StrCat("must be from ", least, " to ", most)});
}

absl::StatusOr<v1::DeadlineExplanation> Explanation(const domain::PeriodInput& input,
                                                    const workday::Calendar& calendar, bool firm) {
  ASSIGN_OR_RETURN(const domain::Deadline deadline, domain::Compute(input, calendar));
  if (firm) RETURN_IF_ERROR(domain::RequireFirm(deadline));
  ASSIGN_OR_RETURN(const std::vector<domain::DayStep> steps, domain::Explain(input, calendar));
  return ToMessage(input, deadline, steps);
}

absl::StatusOr<v1::DeadlineExplanation> ComputeDeadline(Context& context, const Call& call,
                                                        const v1::ComputeDeadlineRequest& request) {
  RETURN_IF_ERROR(CheckPeriod(request.period()));
  ASSIGN_OR_RETURN(
      const store::CalendarPtr calendar,
      context.host.pool().TransactValue("deadline.compute", ReadOptions(call), [&](pg::Tx& tx) {
        return context.calendars.Newest(tx, "");
      }));
  const domain::PeriodInput input{events::ToPeriodRule(request.period()),
                                  rpc::ToTime(request.start_time())};
  return Explanation(input, *calendar, request.firm());
}

absl::StatusOr<v1::DeadlineExplanation> ExplainDeadline(Context& context, const Call& call,
                                                        const v1::ExplainDeadlineRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<absl::Time> as_of,
                   AsOf(request, context.host.clock().Now()));
  domain::Clock clock;
  store::CalendarPtr calendar;
  RETURN_IF_ERROR(context.host.pool().Transact(
      "deadline.explain", ReadOptions(call), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(clock, store::LoadClock(tx, request.name(), as_of));
        ASSIGN_OR_RETURN(calendar, context.calendars.OfVersion(tx, clock.calendar_version));
        return absl::OkStatus();
      }));
  ASSIGN_OR_RETURN(v1::DeadlineExplanation explanation,
                   Explanation(domain::InputOf(clock), *calendar, /*firm=*/false));
  if (!clock.period) explanation.clear_period();
  return explanation;
}

}  // namespace

void RegisterClockRpcs(const std::shared_ptr<Context>& context) {
  RegisterUnary(context, "GetClock", GetClock);
  RegisterUnary(context, "ListClocks", ListClocks);
  RegisterUnary(context, "ListFallenThrough", ListFallenThrough);
  RegisterUnary(context, "ComputeDeadline", ComputeDeadline);
  RegisterUnary(context, "ExplainDeadline", ExplainDeadline);
}

}  // namespace rectify::deadline::api
