#include "services/hazard_findings/events/lead_payloads.h"

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"

namespace rectify::hazard::events {
namespace {

v1::LeadFacts ToFacts(const domain::Lead& lead) {
  v1::LeadFacts facts;
  facts.set_lead(lead.name());
  facts.set_source(static_cast<v1::Lead::Source>(lead.source));
  facts.set_external_id(lead.external_id);
  facts.set_category(static_cast<v1::Lead::Category>(lead.category));
  facts.set_venue(lead.venue);
  *facts.mutable_receive_time() = rpc::ToTimestamp(lead.receive_time);
  facts.set_reporter(lead.reporter);
  facts.set_state(static_cast<v1::Lead::State>(lead.state));
  return facts;
}

common::v1::DutyFacts ToDuty(const domain::Lead& lead, absl::Time start) {
  common::v1::DutyFacts duty;
  duty.set_subject(lead.name());
  duty.set_title(domain::DutyTitle(lead));
  duty.set_venue(lead.venue);
  // Until an officer has it, the department head answers for it.
  duty.set_owner(lead.officer.empty()
                     ? absl::StrCat("districts/", lead.district, "/posts/department-head")
                     : lead.officer);
  duty.set_handling_officer(lead.officer);
  *duty.mutable_start_time() = rpc::ToTimestamp(start);
  duty.set_variant(std::string(domain::DutyVariant(lead)));
  return duty;
}

}  // namespace

v1::LeadReceived ToLeadReceived(const domain::Lead& lead) {
  v1::LeadReceived event;
  *event.mutable_lead() = ToFacts(lead);
  *event.mutable_duty() = ToDuty(lead, domain::DutyStart(lead));
  return event;
}

v1::LeadAccepted ToLeadAccepted(const domain::Lead& lead) {
  v1::LeadAccepted event;
  *event.mutable_lead() = ToFacts(lead);
  event.set_officer(lead.officer);
  *event.mutable_duty() = ToDuty(lead, domain::DutyStart(lead));
  return event;
}

v1::LeadRefused ToLeadRefused(const domain::Lead& lead) {
  v1::LeadRefused event;
  *event.mutable_lead() = ToFacts(lead);
  event.set_reason(lead.reason);
  *event.mutable_duty() = ToDuty(lead, *lead.end_time);
  return event;
}

v1::LeadTransferred ToLeadTransferred(const domain::Lead& lead) {
  v1::LeadTransferred event;
  *event.mutable_lead() = ToFacts(lead);
  event.set_department(lead.transfer_department);
  event.set_reason(lead.reason);
  *event.mutable_duty() = ToDuty(lead, *lead.end_time);
  return event;
}

v1::LeadVerified ToLeadVerified(const domain::Lead& lead) {
  v1::LeadVerified event;
  *event.mutable_lead() = ToFacts(lead);
  event.set_outcome(static_cast<v1::Lead::Outcome>(lead.outcome));
  event.set_inspection(lead.inspection);
  *event.mutable_duty() = ToDuty(lead, *lead.verify_time);
  return event;
}

v1::LeadReplied ToLeadReplied(const domain::Lead& lead) {
  v1::LeadReplied event;
  *event.mutable_lead() = ToFacts(lead);
  event.set_result(static_cast<v1::Lead::ReplyResult>(lead.reply_result));
  *event.mutable_duty() = ToDuty(lead, *lead.end_time);
  return event;
}

}  // namespace rectify::hazard::events
