#include "services/rectification_deadlines/events/payloads.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/domain/order_content.h"

namespace rectify::deadline::events {
namespace {

// Long enough to tell hazards apart in a reminder.
constexpr size_t kHazardLength = 60;

template <typename Names>
void Fill(google::protobuf::RepeatedPtrField<std::string>* field, const Names& names) {
  field->Assign(names.begin(), names.end());
}

v1::ClockFacts FactsOf(const domain::Clock& clock) {
  v1::ClockFacts facts;
  facts.set_kind(clock.kind);
  facts.set_title(clock.title);
  facts.set_side(static_cast<v1::ClockSide>(clock.side));
  facts.set_subject(clock.subject);
  facts.set_subject_title(clock.subject_title);
  Fill(facts.mutable_findings(), clock.findings);
  facts.set_owner(clock.owner);
  facts.set_handling_officer(clock.handling_officer);
  facts.set_venue(clock.venue);
  facts.set_party(clock.party);
  facts.set_street(clock.street);
  *facts.mutable_start_time() = rpc::ToTimestamp(clock.start_time);
  *facts.mutable_due_time() = rpc::ToTimestamp(clock.due_time);
  if (clock.due_date) *facts.mutable_due_date() = rpc::ToDate(*clock.due_date);
  if (clock.first_due_date) *facts.mutable_first_due_date() = rpc::ToDate(*clock.first_due_date);
  facts.set_provisional(clock.provisional);
  facts.set_calendar_version(clock.calendar_version);
  if (clock.period) facts.set_basis(clock.period->basis);
  return facts;
}

}  // namespace

v1::OrderDrafted ToOrderDrafted(const domain::Order& order) {
  v1::OrderDrafted event;
  event.set_order(order.name);
  event.set_kind(static_cast<v1::OrderKind>(order.kind));
  event.set_inspection(order.inspection);
  event.set_venue(order.venue);
  Fill(event.mutable_findings(), order.Findings());
  Fill(event.mutable_officers(), order.officers);
  return event;
}

v1::OrderReviewed ToOrderReviewed(const domain::Order& order, absl::string_view action) {
  v1::OrderReviewed event;
  event.set_order(order.name);
  event.set_state(static_cast<v1::Order::State>(order.state));
  event.set_action(std::string(action));
  event.set_reason(order.return_reason);
  event.set_content_hash(domain::ContentHash(order));
  return event;
}

v1::OrderIssued ToOrderIssued(const domain::Order& order) {
  v1::OrderIssued event;
  event.set_order(order.name);
  event.set_document_number(order.document_number);
  return event;
}

v1::OrderServed ToOrderServed(const domain::Order& order) {
  v1::OrderServed event;
  event.set_order(order.name);
  event.set_document_number(order.document_number);
  *event.mutable_serve_time() = rpc::ToTimestamp(order.service->serve_time);
  event.set_method(static_cast<v1::ServiceMethod>(order.service->method));
  for (const domain::OrderItem& item : order.items) {
    v1::ItemDue& due = *event.add_items();
    due.set_finding(item.finding);
    if (item.due_date) *due.mutable_due_date() = rpc::ToDate(*item.due_date);
  }
  event.set_venue(order.venue);
  return event;
}

v1::OrderVoided ToOrderVoided(const domain::Order& order) {
  v1::OrderVoided event;
  event.set_order(order.name);
  event.set_reason(order.void_reason);
  event.set_replacement(order.replacement);
  return event;
}

v1::RectificationReported ToRectificationReported(const domain::Order& order) {
  v1::RectificationReported event;
  event.set_order(order.name);
  *event.mutable_report_time() = rpc::ToTimestamp(order.reports.back().report_time);
  return event;
}

v1::RecheckPassed ToRecheckPassed(const domain::Rechecked& rechecked) {
  v1::RecheckPassed event;
  event.set_order(rechecked.order.name);
  Fill(event.mutable_rectified_findings(), rechecked.rectified);
  *event.mutable_recheck_time() = rpc::ToTimestamp(rechecked.order.rechecks.back().recheck_time);
  return event;
}

v1::RecheckFailed ToRecheckFailed(const domain::Rechecked& rechecked) {
  v1::RecheckFailed event;
  event.set_order(rechecked.order.name);
  Fill(event.mutable_rectified_findings(), rechecked.rectified);
  Fill(event.mutable_open_findings(), rechecked.open);
  Fill(event.mutable_remaining_findings(), rechecked.remaining);
  *event.mutable_recheck_time() = rpc::ToTimestamp(rechecked.order.rechecks.back().recheck_time);
  return event;
}

v1::ItemsRectified ToItemsRectified(const domain::Rechecked& rechecked) {
  v1::ItemsRectified event;
  event.set_order(rechecked.order.name);
  Fill(event.mutable_rectified_findings(), rechecked.rectified);
  Fill(event.mutable_remaining_findings(), rechecked.remaining);
  *event.mutable_recheck_time() = rpc::ToTimestamp(rechecked.order.rechecks.back().recheck_time);
  return event;
}

v1::ClockStarted ToClockStarted(const domain::Clock& clock, const domain::Subject& subject) {
  v1::ClockStarted event;
  event.set_clock(clock.name);
  event.set_kind(clock.kind);
  event.set_title(clock.title);
  event.set_subject(clock.subject);
  Fill(event.mutable_findings(), clock.findings);
  for (const domain::SubjectItem& item : subject.items) {
    const auto& findings = clock.findings;
    if (std::find(findings.begin(), findings.end(), item.finding) == findings.end()) continue;
    event.add_hazards(Ellipsize(item.hazard, kHazardLength));
  }
  if (event.hazards().empty() && !clock.subject_title.empty()) {
    event.add_hazards(Ellipsize(clock.subject_title, kHazardLength));
  }
  event.set_owner(clock.owner);
  event.set_handling_officer(subject.handling_officer);
  event.set_venue(subject.venue);
  event.set_party(subject.party);
  event.set_street(subject.street);
  event.set_document_number(subject.document_number);
  *event.mutable_start_time() = rpc::ToTimestamp(clock.start_time);
  *event.mutable_due_time() = rpc::ToTimestamp(clock.due_time);
  if (clock.due_date) *event.mutable_due_date() = rpc::ToDate(*clock.due_date);
  event.set_provisional(clock.provisional);
  if (clock.period) event.set_basis(clock.period->basis);
  event.set_reminder_ladder(clock.reminder_ladder);
  event.set_subject_title(clock.subject_title);
  event.set_side(static_cast<v1::ClockSide>(clock.side));
  return event;
}

v1::DueDateChanged ToDueDateChanged(const domain::Clock& clock) {
  const domain::DueDateChange& change = clock.changes.back();
  v1::DueDateChanged event;
  event.set_clock(clock.name);
  if (change.old_due_date) *event.mutable_old_due_date() = rpc::ToDate(*change.old_due_date);
  if (clock.due_date) *event.mutable_due_date() = rpc::ToDate(*clock.due_date);
  *event.mutable_due_time() = rpc::ToTimestamp(clock.due_time);
  event.set_provisional(clock.provisional);
  event.set_old_calendar_version(change.old_calendar_version);
  event.set_calendar_version(change.new_calendar_version);
  event.set_reason(change.reason);
  *event.mutable_facts() = FactsOf(clock);
  return event;
}

v1::ClockOverdue ToClockOverdue(const domain::Clock& clock) {
  v1::ClockOverdue event;
  event.set_clock(clock.name);
  event.set_kind(clock.kind);
  event.set_subject(clock.subject);
  *event.mutable_due_time() = rpc::ToTimestamp(clock.due_time);
  if (clock.due_date) *event.mutable_due_date() = rpc::ToDate(*clock.due_date);
  *event.mutable_facts() = FactsOf(clock);
  return event;
}

v1::ClockMet ToClockMet(const domain::Clock& clock) {
  v1::ClockMet event;
  event.set_clock(clock.name);
  event.set_in_time(clock.met_in_time);
  *event.mutable_facts() = FactsOf(clock);
  if (clock.end_time) {
    *event.mutable_met_time() = rpc::ToTimestamp(*clock.end_time);
  }
  if (const auto margin = clock.Margin()) event.set_margin_minutes(absl::ToInt64Minutes(*margin));
  event.set_margin_days(clock.MarginDays().value_or(0));
  return event;
}

v1::ClockSuspended ToClockSuspended(const domain::Clock& clock) {
  v1::ClockSuspended event;
  event.set_clock(clock.name);
  if (clock.suspended_from) *event.mutable_from_day() = rpc::ToDate(*clock.suspended_from);
  event.set_reason(clock.suspend_reason);
  *event.mutable_facts() = FactsOf(clock);
  return event;
}

v1::ClockPassed ToClockPassed(const domain::Clock& clock, const domain::Clock& former,
                              absl::string_view reason) {
  v1::ClockPassed event;
  event.set_clock(clock.name);
  event.set_former_venue(former.venue);
  event.set_former_owner(former.owner);
  event.set_reason(std::string(reason));
  *event.mutable_facts() = FactsOf(clock);
  return event;
}

v1::ClockCancelled ToClockCancelled(const domain::Clock& clock, absl::string_view reason) {
  v1::ClockCancelled event;
  event.set_clock(clock.name);
  event.set_reason(std::string(reason));
  *event.mutable_facts() = FactsOf(clock);
  return event;
}

}  // namespace rectify::deadline::events
