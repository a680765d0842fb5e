#include "services/hazard_findings/events/major_hazard_payloads.h"

#include "libs/rpc/convert.h"

namespace rectify::hazard::events {
namespace {

v1::MajorHazardFacts ToFacts(const domain::MajorHazard& hazard) {
  v1::MajorHazardFacts facts;
  facts.set_major_hazard(hazard.name());
  facts.set_venue(hazard.venue);
  facts.set_inspection(hazard.inspection());
  for (const std::string& finding : hazard.findings) facts.add_findings(finding);
  facts.set_rule_set(hazard.rule_set);
  for (const std::string& clause : hazard.clauses) facts.add_clauses(clause);
  facts.set_handling_officer(hazard.handling_officer);
  return facts;
}

// Without a start: counted from the event, unless the caller says from what.
common::v1::DutyFacts ToDuty(const domain::MajorHazard& hazard) {
  common::v1::DutyFacts duty;
  duty.set_subject(hazard.name());
  duty.set_title("重大火灾隐患");
  duty.set_venue(hazard.venue);
  duty.set_handling_officer(hazard.handling_officer);
  for (const std::string& finding : hazard.findings) duty.add_findings(finding);
  duty.set_variant(hazard.expert_argument ? "WITH_EXPERTS" : "ORDINARY");
  return duty;
}

// The day that the notice states; only what binds the venue ends on it.
void SetDueDate(const domain::MajorHazard& hazard, common::v1::DutyFacts& duty) {
  *duty.mutable_due_date() = rpc::ToDate(*hazard.due_date);
}

template <typename Event>
Event Make(const domain::MajorHazard& hazard) {
  Event event;
  *event.mutable_major_hazard() = ToFacts(hazard);
  *event.mutable_duty() = ToDuty(hazard);
  return event;
}

}  // namespace

v1::MajorHazardProposed ToMajorHazardProposed(const domain::MajorHazard& hazard) {
  auto event = Make<v1::MajorHazardProposed>(hazard);
  *event.mutable_duty()->mutable_start_time() = rpc::ToTimestamp(hazard.inspect_time);
  return event;
}

v1::MajorHazardDetermined ToMajorHazardDetermined(const domain::MajorHazard& hazard) {
  auto event = Make<v1::MajorHazardDetermined>(hazard);
  const auto time = rpc::ToTimestamp(hazard.deliberations.back().meet_time);
  *event.mutable_determine_time() = time;
  *event.mutable_duty()->mutable_start_time() = time;
  return event;
}

v1::MajorHazardRejected ToMajorHazardRejected(const domain::MajorHazard& hazard) {
  return Make<v1::MajorHazardRejected>(hazard);
}

v1::MajorHazardNoticeServed ToMajorHazardNoticeServed(const domain::MajorHazard& hazard) {
  auto event = Make<v1::MajorHazardNoticeServed>(hazard);
  event.set_notice_number(hazard.notice_number);
  *event.mutable_due_date() = rpc::ToDate(*hazard.due_date);
  SetDueDate(hazard, *event.mutable_duty());
  *event.mutable_duty()->mutable_start_time() = rpc::ToTimestamp(*hazard.serve_time);
  return event;
}

v1::MajorHazardReported ToMajorHazardReported(const domain::MajorHazard& hazard) {
  auto event = Make<v1::MajorHazardReported>(hazard);
  event.set_document(hazard.report_document);
  return event;
}

v1::MajorHazardSupervised ToMajorHazardSupervised(const domain::MajorHazard& hazard) {
  auto event = Make<v1::MajorHazardSupervised>(hazard);
  event.set_supervision(hazard.supervision);
  return event;
}

v1::MajorHazardRecheckFailed ToMajorHazardRecheckFailed(const domain::MajorHazard& hazard) {
  auto event = Make<v1::MajorHazardRecheckFailed>(hazard);
  SetDueDate(hazard, *event.mutable_duty());
  return event;
}

v1::MajorHazardRecheckPassed ToMajorHazardRecheckPassed(const domain::MajorHazard& hazard) {
  return Make<v1::MajorHazardRecheckPassed>(hazard);
}

v1::MajorHazardDelisted ToMajorHazardDelisted(const domain::MajorHazard& hazard) {
  return Make<v1::MajorHazardDelisted>(hazard);
}

}  // namespace rectify::hazard::events
