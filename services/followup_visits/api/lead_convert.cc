#include "services/followup_visits/api/lead_convert.h"

#include "libs/rpc/convert.h"

namespace rectify::followup::api {
namespace {

static_assert(static_cast<int>(domain::LeadSource::kTransfer) == v1::ProblemLead::SOURCE_TRANSFER);
static_assert(static_cast<int>(domain::Disposal::kClosed) == v1::ProblemLead::DISPOSAL_CLOSED);
static_assert(static_cast<int>(domain::Outcome::kFourthForm) ==
              v1::ProblemLead::OUTCOME_FOURTH_FORM);
static_assert(static_cast<int>(domain::LeadState::kConcluded) == v1::ProblemLead::STATE_CONCLUDED);

}  // namespace

domain::Lead ToLead(const v1::ProblemLead& message) {
  domain::Lead lead;
  lead.source = static_cast<domain::LeadSource>(message.source());
  lead.visit = message.visit();
  lead.officers.assign(message.officers().begin(), message.officers().end());
  lead.summary = message.summary();
  lead.receive_date = rpc::ToCivilDay(message.receive_date());
  return lead;
}

v1::ProblemLead ToProto(const domain::Lead& lead, absl::CivilDay today) {
  v1::ProblemLead message;
  message.set_name(lead.name());
  message.set_number(lead.number);
  message.set_source(static_cast<v1::ProblemLead::Source>(lead.source));
  message.set_visit(lead.visit);
  for (const std::string& officer : lead.officers) message.add_officers(officer);
  message.set_summary(lead.summary);
  *message.mutable_receive_date() = rpc::ToDate(lead.receive_date);
  *message.mutable_proposal_due_date() = rpc::ToDate(lead.proposal_due_date);
  message.set_proposal_overdue(lead.OverdueOn(today));
  message.set_disposal(static_cast<v1::ProblemLead::Disposal>(lead.disposal));
  message.set_disposal_reason(lead.disposal_reason);
  if (lead.propose_time) *message.mutable_propose_time() = rpc::ToTimestamp(*lead.propose_time);
  message.set_outcome(static_cast<v1::ProblemLead::Outcome>(lead.outcome));
  message.set_outcome_note(lead.outcome_note);
  message.set_state(static_cast<v1::ProblemLead::State>(lead.state));
  *message.mutable_create_time() = rpc::ToTimestamp(lead.create_time);
  message.set_etag(rpc::EtagOf(lead.version));
  return message;
}

v1::Referral ToProto(const domain::Referral& referral) {
  v1::Referral message;
  message.set_name(referral.name());
  message.set_number(referral.number);
  message.set_lead(referral.lead);
  message.set_receiver(referral.receiver);
  message.set_title(referral.title);
  message.set_text(referral.text);
  *message.mutable_issue_time() = rpc::ToTimestamp(referral.issue_time);
  message.set_receipt(referral.receipt);
  if (referral.receive_time) {
    *message.mutable_receive_time() = rpc::ToTimestamp(*referral.receive_time);
  }
  message.set_etag(rpc::EtagOf(referral.version));
  return message;
}

}  // namespace rectify::followup::api
