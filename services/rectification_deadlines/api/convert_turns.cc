#include "services/rectification_deadlines/api/convert_turns.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"

namespace rectify::deadline::api {

static_assert(static_cast<int>(domain::NextInstrument::kForcedRemoval) ==
              v1::NEXT_INSTRUMENT_FORCED_REMOVAL);

namespace {

std::vector<domain::Absentee> ToAbsentees(
    const google::protobuf::RepeatedPtrField<v1::Deliberation::Absentee>& messages) {
  std::vector<domain::Absentee> absentees;
  for (const auto& message : messages) absentees.push_back({message.officer(), message.reason()});
  return absentees;
}

}  // namespace

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
