#include "services/hazard_findings/api/campaign_convert.h"

#include "libs/rpc/convert.h"

namespace rectify::hazard::api {
namespace {

static_assert(static_cast<int>(domain::CampaignState::kEnded) == v1::Campaign::STATE_ENDED);
static_assert(static_cast<int>(domain::AnswerResult::kNotApplicable) ==
              v1::ChecklistAnswer::RESULT_NOT_APPLICABLE);

}  // namespace

domain::Campaign ToCampaign(const v1::Campaign& message) {
  domain::Campaign campaign;
  campaign.title = message.title();
  campaign.scope = message.scope();
  campaign.checklist = message.checklist();
  campaign.checklist_version = message.checklist_version();
  campaign.target_classes.assign(message.target_classes().begin(), message.target_classes().end());
  for (const v1::CampaignPhase& phase : message.phases()) {
    campaign.phases.push_back(
        {phase.title(), rpc::ToCivilDay(phase.first_day()), rpc::ToCivilDay(phase.last_day())});
  }
  return campaign;
}

v1::Campaign ToProto(const domain::Campaign& campaign) {
  v1::Campaign message;
  message.set_name(campaign.name());
  message.set_title(campaign.title);
  message.set_scope(campaign.scope);
  message.set_checklist(campaign.checklist);
  message.set_checklist_version(campaign.checklist_version);
  for (const std::string& each : campaign.target_classes) message.add_target_classes(each);
  for (const domain::CampaignPhase& phase : campaign.phases) {
    v1::CampaignPhase& entry = *message.add_phases();
    entry.set_title(phase.title);
    *entry.mutable_first_day() = rpc::ToDate(phase.first_day);
    *entry.mutable_last_day() = rpc::ToDate(phase.last_day);
  }
  message.set_state(static_cast<v1::Campaign::State>(campaign.state));
  if (campaign.activate_time) {
    *message.mutable_activate_time() = rpc::ToTimestamp(*campaign.activate_time);
  }
  if (campaign.end_time) *message.mutable_end_time() = rpc::ToTimestamp(*campaign.end_time);
  message.set_conclusion(campaign.conclusion);
  *message.mutable_create_time() = rpc::ToTimestamp(campaign.create_time);
  message.set_etag(rpc::EtagOf(campaign.version));
  return message;
}

std::vector<domain::ChecklistAnswer> ToAnswers(
    const google::protobuf::RepeatedPtrField<v1::ChecklistAnswer>& messages) {
  std::vector<domain::ChecklistAnswer> answers;
  for (const v1::ChecklistAnswer& message : messages) {
    answers.push_back({.item = message.item(),
                       .result = static_cast<domain::AnswerResult>(message.result()),
                       .note = message.note(),
                       .findings = {message.findings().begin(), message.findings().end()},
                       .hint = message.hint()});
  }
  return answers;
}

void AddAnswers(const std::vector<domain::ChecklistAnswer>& answers,
                google::protobuf::RepeatedPtrField<v1::ChecklistAnswer>& messages) {
  for (const domain::ChecklistAnswer& answer : answers) {
    v1::ChecklistAnswer& message = *messages.Add();
    message.set_item(answer.item);
    message.set_result(static_cast<v1::ChecklistAnswer::Result>(answer.result));
    message.set_note(answer.note);
    for (const int finding : answer.findings) message.add_findings(finding);
    message.set_hint(answer.hint);
  }
}

}  // namespace rectify::hazard::api
