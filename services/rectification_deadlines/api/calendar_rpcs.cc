// Holiday notices.
#include <utility>

#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/api/convert.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/events/calendar_import.h"
#include "services/rectification_deadlines/events/data_files.h"

namespace rectify::deadline::api {
namespace {

using rpc::Call;

absl::StatusOr<v1::Calendar> ImportCalendar(Context& context, const Call& call,
                                            const v1::ImportCalendarRequest& request) {
  const workday::YearNotice notice = events::ToNotice(request.notice());
  return context.host.commands().Run<v1::Calendar>(
      call, [&](::rectify::events::Change& change) -> absl::StatusOr<v1::Calendar> {
        ASSIGN_OR_RETURN(const store::CalendarYear year,
                         events::ImportNotice(change, context.calendars, notice));
        return ToMessage(year);
      });
}

absl::StatusOr<v1::ListCalendarsResponse> ListCalendars(Context& context, const Call& call,
                                                        const v1::ListCalendarsRequest&) {
  ASSIGN_OR_RETURN(
      const std::vector<store::CalendarYear> years,
      context.host.pool().TransactValue(
          "deadline.list_calendars", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return context.calendars.NewestYears(tx); }));
  v1::ListCalendarsResponse response;
  for (const store::CalendarYear& year : years) *response.add_calendars() = ToMessage(year);
  return response;
}

}  // namespace

void RegisterCalendarRpcs(const std::shared_ptr<Context>& context) {
  RegisterUnary(context, "ImportCalendar", ImportCalendar);
  RegisterUnary(context, "ListCalendars", ListCalendars);
}

}  // namespace rectify::deadline::api
