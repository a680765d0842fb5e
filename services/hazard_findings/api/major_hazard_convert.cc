#include "services/hazard_findings/api/major_hazard_convert.h"

#include "libs/rpc/convert.h"

namespace rectify::hazard::api {
namespace {

static_assert(static_cast<int>(domain::MajorHazardState::kDelisted) ==
              v1::MajorHazard::STATE_DELISTED);
static_assert(static_cast<int>(domain::Matter::kDelisting) == v1::Deliberation::MATTER_DELISTING);

v1::Deliberation DeliberationToProto(const domain::Deliberation& deliberation) {
  v1::Deliberation message;
  message.set_matter(static_cast<v1::Deliberation::Matter>(deliberation.matter));
  *message.mutable_meet_time() = rpc::ToTimestamp(deliberation.meet_time);
  message.set_chair(deliberation.chair);
  for (const domain::Vote& vote : deliberation.participants) {
    v1::Deliberation::Participant& participant = *message.add_participants();
    participant.set_officer(vote.voter);
    participant.set_opinion(vote.opinion);
    participant.set_agrees(vote.agrees);
  }
  for (const domain::Vote& vote : deliberation.experts) {
    v1::Deliberation::Expert& expert = *message.add_experts();
    expert.set_expert_number(vote.voter);
    expert.set_opinion(vote.opinion);
    expert.set_agrees(vote.agrees);
  }
  message.set_minutes(deliberation.minutes);
  message.set_carried(deliberation.carried);
  return message;
}

v1::MajorHazardRecheck RecheckToProto(const domain::MajorHazardRecheck& recheck) {
  v1::MajorHazardRecheck message;
  *message.mutable_recheck_time() = rpc::ToTimestamp(recheck.recheck_time);
  for (const std::string& officer : recheck.officers) message.add_officers(officer);
  message.set_passed(recheck.passed);
  message.set_text(recheck.text);
  return message;
}

}  // namespace

absl::Time ToStoredTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(rpc::ToTime(time)));
}

domain::Deliberation ToDeliberation(const v1::Deliberation& message) {
  domain::Deliberation deliberation;
  deliberation.meet_time = ToStoredTime(message.meet_time());
  deliberation.chair = message.chair();
  for (const auto& participant : message.participants()) {
    deliberation.participants.push_back(
        {participant.officer(), participant.opinion(), participant.agrees()});
  }
  for (const auto& expert : message.experts()) {
    deliberation.experts.push_back({expert.expert_number(), expert.opinion(), expert.agrees()});
  }
  deliberation.minutes = message.minutes();
  return deliberation;
}

domain::MajorHazardRecheck ToRecheck(const v1::MajorHazardRecheck& message) {
  return {ToStoredTime(message.recheck_time()),
          {message.officers().begin(), message.officers().end()},
          message.passed(),
          message.text()};
}

v1::MajorHazard ToProto(const domain::MajorHazard& hazard) {
  v1::MajorHazard message;
  message.set_name(hazard.name());
  message.set_inspection(hazard.inspection());
  message.set_venue(hazard.venue);
  for (const std::string& finding : hazard.findings) message.add_findings(finding);
  message.set_rule_set(hazard.rule_set);
  for (const std::string& clause : hazard.clauses) message.add_clauses(clause);
  message.set_facts(hazard.facts);
  message.set_expert_argument(hazard.expert_argument);
  message.set_handling_officer(hazard.handling_officer);
  message.set_state(static_cast<v1::MajorHazard::State>(hazard.state));
  *message.mutable_propose_time() = rpc::ToTimestamp(hazard.propose_time);
  *message.mutable_inspect_time() = rpc::ToTimestamp(hazard.inspect_time);
  for (const auto& meeting : hazard.deliberations) {
    *message.add_deliberations() = DeliberationToProto(meeting);
  }
  message.set_notice_number(hazard.notice_number);
  if (hazard.serve_time) *message.mutable_serve_time() = rpc::ToTimestamp(*hazard.serve_time);
  if (hazard.due_date) *message.mutable_due_date() = rpc::ToDate(*hazard.due_date);
  if (hazard.report_time) *message.mutable_report_time() = rpc::ToTimestamp(*hazard.report_time);
  message.set_report_document(hazard.report_document);
  if (hazard.supervise_time) {
    *message.mutable_supervise_time() = rpc::ToTimestamp(*hazard.supervise_time);
  }
  message.set_supervision(hazard.supervision);
  for (const auto& recheck : hazard.rechecks) *message.add_rechecks() = RecheckToProto(recheck);
  if (hazard.end_time) *message.mutable_end_time() = rpc::ToTimestamp(*hazard.end_time);
  message.set_etag(rpc::EtagOf(hazard.version));
  return message;
}

}  // namespace rectify::hazard::api
