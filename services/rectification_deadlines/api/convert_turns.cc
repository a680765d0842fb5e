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

namespace {

void Add(const std::vector<domain::Absentee>& absentees,
         google::protobuf::RepeatedPtrField<v1::Deliberation::Absentee>& messages) {
  for (const domain::Absentee& absentee : absentees) {
    v1::Deliberation::Absentee& message = *messages.Add();
    message.set_officer(absentee.officer);
    message.set_reason(absentee.reason);
  }
}

std::vector<domain::Absentee> ToAbsentees(
    const google::protobuf::RepeatedPtrField<v1::Deliberation::Absentee>& messages) {
  std::vector<domain::Absentee> absentees;
  for (const auto& message : messages) absentees.push_back({message.officer(), message.reason()});
  return absentees;
}

}  // namespace

v1::Deliberation ToMessage(const domain::Deliberation& deliberation) {
  v1::Deliberation message;
  *message.mutable_meet_time() = ToTimestamp(deliberation.meet_time);
  message.set_place(deliberation.place);
  message.set_chair(deliberation.chair);
  for (const domain::Opinion& opinion : deliberation.participants) {
    v1::Deliberation::Participant& participant = *message.add_participants();
    participant.set_officer(opinion.officer);
    participant.set_opinion(opinion.opinion);
    participant.set_agrees(opinion.agrees);
  }
  Add(deliberation.absentees, *message.mutable_absentees());
  Add(deliberation.recusals, *message.mutable_recusals());
  message.set_minutes(deliberation.minutes);
  message.set_carried(deliberation.carried);
  return message;
}

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
  if (extension.deliberation && personal == Personal::kShown) {
    *message.mutable_deliberation() = ToMessage(*extension.deliberation);
  }
  return message;
}

v1::InstrumentDecision ToMessage(const domain::InstrumentDecision& decision, Personal personal) {
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
  if (decision.deliberation && personal == Personal::kShown) {
    *message.mutable_deliberation() = ToMessage(*decision.deliberation);
  }
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
  message.set_needs_deliberation(proposal.rule->needs_deliberation);
  return message;
}

domain::Deliberation ToDeliberation(const v1::Deliberation& message) {
  domain::Deliberation deliberation{.meet_time = rpc::ToTime(message.meet_time()),
                                    .place = message.place(),
                                    .chair = message.chair(),
                                    .participants = {},
                                    .absentees = ToAbsentees(message.absentees()),
                                    .recusals = ToAbsentees(message.recusals()),
                                    .minutes = message.minutes()};
  for (const v1::Deliberation::Participant& participant : message.participants()) {
    deliberation.participants.push_back(
        {participant.officer(), participant.agrees(), participant.opinion()});
  }
  return deliberation;
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
