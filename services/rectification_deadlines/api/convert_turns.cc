#include "services/rectification_deadlines/api/convert_turns.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/events/turn_payloads.h"

namespace rectify::deadline::api {

static_assert(static_cast<int>(domain::ExtensionState::kLapsed) == v1::Extension::STATE_LAPSED);
static_assert(static_cast<int>(domain::DecisionState::kDropped) ==
              v1::InstrumentDecision::STATE_DROPPED);
static_assert(static_cast<int>(domain::NextInstrument::kForcedRemoval) ==
              v1::NEXT_INSTRUMENT_FORCED_REMOVAL);

using rpc::ToDate;
using rpc::ToTimestamp;

v1::Extension ToMessage(const domain::Extension& extension, Personal personal) {
  v1::Extension message;
  message.set_state(static_cast<v1::Extension::State>(extension.state));
  *message.mutable_request_time() = ToTimestamp(extension.request_time);
  message.set_requester(extension.requester);
  message.set_reason(extension.reason);
  message.set_safeguards(extension.safeguards);
  *message.mutable_wished_date() = ToDate(extension.wished_date);
  for (const domain::ExtendedItem& item : extension.items) {
    *message.add_items() = events::ToMessage(item);
  }
  if (extension.decide_time) *message.mutable_decide_time() = ToTimestamp(*extension.decide_time);
  message.set_decider(extension.decider);
  message.set_decision(extension.decision);
  message.set_document_number(extension.document_number);
  if (extension.service) *message.mutable_service() = ToMessage(*extension.service, personal);
  return message;
}

v1::InstrumentDecision ToMessage(const domain::InstrumentDecision& decision) {
  v1::InstrumentDecision message;
  message.set_instrument(static_cast<v1::NextInstrument>(decision.instrument));
  message.set_state(static_cast<v1::InstrumentDecision::State>(decision.state));
  *message.mutable_decide_time() = ToTimestamp(decision.decide_time);
  message.set_decider(decision.decider);
  message.set_reason(decision.reason);
  message.set_reference(decision.reference);
  message.set_basis(decision.basis);
  message.mutable_findings()->Assign(decision.findings.begin(), decision.findings.end());
  if (decision.conclude_time) {
    *message.mutable_conclude_time() = ToTimestamp(*decision.conclude_time);
  }
  message.set_outcome(decision.outcome);
  message.set_outcome_reference(decision.outcome_reference);
  return message;
}

v1::InstrumentProposal ToMessage(const domain::Proposal& proposal) {
  v1::InstrumentProposal message;
  message.set_instrument(static_cast<v1::NextInstrument>(proposal.rule->instrument));
  message.set_title(proposal.rule->title);
  message.set_basis(proposal.rule->basis);
  message.mutable_findings()->Assign(proposal.findings.begin(), proposal.findings.end());
  for (const std::string& name : proposal.rule->decided_by) {
    authz::v1::Role role = authz::v1::ROLE_UNSPECIFIED;
    if (authz::v1::Role_Parse(absl::StrCat("ROLE_", name), &role)) message.add_decided_by(role);
  }
  return message;
}

domain::Conclusion ToConclusion(const v1::ConcludeInstrumentRequest& request) {
  return {static_cast<domain::NextInstrument>(request.instrument()), request.dropped(),
          request.outcome(), request.reference()};
}

domain::Penalty ToPenalty(const v1::RecordPenaltyRequest& request) {
  return {request.decision_number(),
          rpc::ToCivilDay(request.decision_date()),
          {request.officers().begin(), request.officers().end()},
          request.basis(),
          request.penalty()};
}

}  // namespace rectify::deadline::api
