#include "services/rectification_deadlines/api/convert.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "services/rectification_deadlines/store/order_message.h"

namespace rectify::deadline::api {
namespace {

static_assert(static_cast<int>(domain::ClockState::kCancelled) == v1::Clock::STATE_CANCELLED);
static_assert(static_cast<int>(domain::Trigger::kTermsRemain) == v1::CLOCK_TRIGGER_TERMS_REMAIN);

using rpc::ToDate;
using rpc::ToTimestamp;

v1::DueDateChange ChangeToMessage(const domain::DueDateChange& change) {
  v1::DueDateChange message;
  *message.mutable_change_time() = ToTimestamp(change.change_time);
  if (change.old_due_date) *message.mutable_old_due_date() = ToDate(*change.old_due_date);
  if (change.new_due_date) *message.mutable_new_due_date() = ToDate(*change.new_due_date);
  message.set_old_calendar_version(change.old_calendar_version);
  message.set_new_calendar_version(change.new_calendar_version);
  message.set_reason(change.reason);
  return message;
}

v1::DayClass DayClassToMessage(workday::DayClass day_class) {
  switch (day_class) {
    case workday::DayClass::kWorkday:
      return v1::DAY_CLASS_WORKDAY;
    case workday::DayClass::kWeekend:
      return v1::DAY_CLASS_WEEKEND;
    case workday::DayClass::kHoliday:
      return v1::DAY_CLASS_HOLIDAY;
    case workday::DayClass::kMakeUpWorkday:
      return v1::DAY_CLASS_MAKE_UP_WORKDAY;
    case workday::DayClass::kClosure:
      return v1::DAY_CLASS_CLOSURE;
    case workday::DayClass::kUnknown:
      return v1::DAY_CLASS_UNKNOWN;
  }
  return v1::DAY_CLASS_UNSPECIFIED;
}

v1::PeriodUnit UnitToMessage(domain::Unit unit) {
  switch (unit) {
    case domain::Unit::kHours:
      return v1::PERIOD_UNIT_HOURS;
    case domain::Unit::kWorkdays:
      return v1::PERIOD_UNIT_WORKDAYS;
    case domain::Unit::kNaturalDays:
      return v1::PERIOD_UNIT_NATURAL_DAYS;
    case domain::Unit::kMonths:
      return v1::PERIOD_UNIT_MONTHS;
  }
  return v1::PERIOD_UNIT_UNSPECIFIED;
}

v1::ClockOutcome OutcomeOf(const domain::Clock& clock) {
  switch (clock.state) {
    case domain::ClockState::kMet:
      return clock.met_in_time ? v1::CLOCK_OUTCOME_MET_IN_TIME : v1::CLOCK_OUTCOME_MET_LATE;
    case domain::ClockState::kCancelled:
      return v1::CLOCK_OUTCOME_CANCELLED;
    default:
      return v1::CLOCK_OUTCOME_UNSPECIFIED;
  }
}

}  // namespace

v1::Order ToMessage(v1::Order message, absl::Time now, Personal personal) {
  const absl::CivilDay day = CivilDayOf(now);
  message.set_overdue(
      std::any_of(message.items().begin(), message.items().end(), [&](const v1::OrderItem& item) {
        return !item.rectified() && item.has_due_date() && rpc::ToCivilDay(item.due_date()) < day;
      }));
  if (personal == Personal::kShown) return message;
  store::MaskPersons(message);
  for (v1::Extension& extension : *message.mutable_extensions()) extension.clear_deliberation();
  for (v1::InstrumentDecision& decision : *message.mutable_decisions()) {
    decision.clear_deliberation();
  }
  return message;
}

v1::Order ToMessage(const domain::Order& order, absl::Time now, Personal personal) {
  return ToMessage(store::ToMessage(order), now, personal);
}

v1::Clock ToMessage(const domain::Clock& clock, absl::Time now) {
  v1::Clock message;
  message.set_name(clock.name);
  message.set_kind(clock.kind);
  message.set_title(clock.title);
  message.set_subject(clock.subject);
  Fill(message.mutable_findings(), clock.findings);
  message.set_owner(clock.owner);
  *message.mutable_start_time() = ToTimestamp(clock.start_time);
  if (clock.period) *message.mutable_period() = ToMessage(*clock.period);
  *message.mutable_due_time() = ToTimestamp(clock.due_time);
  if (clock.due_date) *message.mutable_due_date() = ToDate(*clock.due_date);
  if (clock.first_due_date) *message.mutable_first_due_date() = ToDate(*clock.first_due_date);
  message.set_provisional(clock.provisional);
  message.set_calendar_version(clock.calendar_version);
  message.set_state(static_cast<v1::Clock::State>(clock.state));
  message.set_overdue(clock.OverdueAt(now));
  if (clock.end_time) *message.mutable_end_time() = ToTimestamp(*clock.end_time);
  message.set_met_in_time(clock.met_in_time);
  for (const domain::DueDateChange& change : clock.changes) {
    *message.add_changes() = ChangeToMessage(change);
  }
  message.set_venue(clock.venue);
  message.set_reminder_ladder(clock.reminder_ladder);
  message.set_subject_title(clock.subject_title);
  message.set_side(static_cast<v1::ClockSide>(clock.side));
  message.set_outcome(OutcomeOf(clock));
  if (const auto margin = clock.Margin()) message.set_margin_minutes(absl::ToInt64Minutes(*margin));
  message.set_margin_days(clock.MarginDays().value_or(0));
  message.set_handling_officer(clock.handling_officer);
  message.set_party(clock.party);
  message.set_street(clock.street);
  for (const domain::Suspension& suspension : clock.suspensions) {
    v1::ClockSuspension& shown = *message.add_suspensions();
    *shown.mutable_from_day() = ToDate(suspension.from);
    *shown.mutable_to_day() = ToDate(suspension.to);
    shown.set_reason(suspension.reason);
  }
  if (clock.suspended_from) {
    v1::ClockSuspension& lasting = *message.add_suspensions();
    *lasting.mutable_from_day() = ToDate(*clock.suspended_from);
    lasting.set_reason(clock.suspend_reason);
  }
  return message;
}

v1::Period ToMessage(const domain::PeriodRule& rule) {
  v1::Period message;
  message.set_amount(rule.amount);
  message.set_unit(UnitToMessage(rule.unit));
  message.set_coercive(rule.coercive);
  message.set_basis(rule.basis);
  return message;
}

v1::Calendar ToMessage(const store::CalendarYear& year) {
  v1::Calendar message;
  message.set_name(absl::StrCat("calendars/", year.notice.year));
  *message.mutable_notice() = events::ToMessage(year.notice);
  *message.mutable_import_time() = ToTimestamp(year.import_time);
  message.set_workday_count(year.workday_count);
  message.set_changed_clock_count(year.changed_clock_count);
  return message;
}

v1::DeadlineExplanation ToMessage(const domain::PeriodInput& input,
                                  const domain::Deadline& deadline,
                                  const std::vector<domain::DayStep>& steps) {
  v1::DeadlineExplanation message;
  *message.mutable_period() = ToMessage(input.rule);
  *message.mutable_start_time() = ToTimestamp(input.start);
  *message.mutable_due_time() = ToTimestamp(deadline.due_instant);
  if (deadline.last_day) {
    *message.mutable_due_date() = ToDate(*deadline.last_day);
    message.set_due_date_text(domain::FormatLastDayZh(*deadline.last_day));
  } else {
    message.set_due_date_text(FormatChinaMinute(deadline.due_instant));
  }
  message.set_provisional(deadline.provisional);
  Fill(message.mutable_missing_years(), deadline.missing_years);
  message.set_calendar_version(deadline.calendar_version);
  for (const domain::DayStep& step : steps) {
    v1::ExplainedDay& day = *message.add_days();
    *day.mutable_day() = ToDate(step.day);
    day.set_day_class(DayClassToMessage(step.day_class));
    day.set_holiday(step.name);
    day.set_notice(step.notice);
    day.set_counted(step.counted);
    day.set_count(step.count);
    day.set_remark(step.note_zh);
  }
  return message;
}

std::vector<domain::OrderItem> ToItems(
    const google::protobuf::RepeatedPtrField<v1::OrderItem>& messages) {
  std::vector<domain::OrderItem> items;
  for (const v1::OrderItem& message : messages) {
    domain::OrderItem item{.finding = message.finding(),
                           .catalog_code = message.catalog_code(),
                           .description = message.description(),
                           .basis = message.basis(),
                           .required_action = message.required_action(),
                           .term_days = message.term_days()};
    if (message.has_stated_due_date()) {
      item.stated_due_date = rpc::ToCivilDay(message.stated_due_date());
    }
    items.push_back(std::move(item));
  }
  return items;
}

domain::ServiceRecord ToService(const v1::ServiceRecord& message) {
  domain::ServiceRecord service{.method = static_cast<domain::ServiceMethod>(message.method()),
                                .serve_time = rpc::ToTime(message.serve_time()),
                                .receiver = message.receiver(),
                                .officers = {message.officers().begin(), message.officers().end()},
                                .proof = message.proof(),
                                .refusal = message.refusal(),
                                .place = message.place(),
                                .witness = message.witness(),
                                .video = message.video(),
                                .tracking_number = message.tracking_number(),
                                .entrusted_organ = message.entrusted_organ(),
                                .consent = message.consent(),
                                .publication = message.publication()};
  if (message.has_publish_date()) service.publish_date = rpc::ToCivilDay(message.publish_date());
  return service;
}

domain::Recheck ToRecheck(const v1::RecordRecheckRequest& request) {
  domain::Recheck recheck{rpc::ToTime(request.recheck_time()),
                          {request.officers().begin(), request.officers().end()},
                          {}};
  for (const v1::RecheckResult& result : request.results()) {
    recheck.results.push_back({result.finding(), result.rectified(), result.note()});
  }
  return recheck;
}

}  // namespace rectify::deadline::api
