#include "services/reminder_dispatch/api/policy_file.h"

#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/reminder/v1/reminder.pb.h"
#include "reminder_policy.h"

namespace rectify::reminder::api {
namespace {

domain::Step ToStep(const v1::LadderStep& proto) {
  domain::Step step;
  step.code = proto.code();
  if (proto.offset_case() == v1::LadderStep::kWorkdays) {
    step.unit = domain::OffsetUnit::kWorkdays;
    step.offset = proto.workdays();
  } else if (proto.offset_case() == v1::LadderStep::kHours) {
    step.unit = domain::OffsetUnit::kHours;
    step.offset = proto.hours();
  } else {
    step.offset = proto.days();
  }
  step.at = domain::ParseTimeOfDay(proto.at());
  for (int kind : proto.recipients()) {
    step.recipients.push_back(static_cast<domain::RecipientKind>(kind));
  }
  for (int channel : proto.channels()) {
    step.channels.push_back(static_cast<domain::Channel>(channel));
  }
  step.catch_up = static_cast<domain::CatchUp>(proto.catch_up());
  step.min_term_days = proto.min_term_days();
  step.repeat_days = proto.repeat_days();
  step.urgent = proto.urgent();
  step.statutory = proto.statutory();
  step.unless_acknowledged = proto.unless_acknowledged();
  step.inhibited_by.assign(proto.inhibited_by().begin(), proto.inhibited_by().end());
  step.title = proto.title();
  step.body = proto.body();
  return step;
}

domain::QuietHours ToQuietHours(const v1::QuietHours& proto) {
  domain::QuietHours quiet;
  quiet.from = domain::ParseTimeOfDay(proto.from());
  quiet.to = domain::ParseTimeOfDay(proto.to());
  quiet.resume = domain::ParseTimeOfDay(proto.resume());
  for (int channel : proto.channels()) {
    quiet.channels.push_back(static_cast<domain::Channel>(channel));
  }
  return quiet;
}

absl::StatusOr<domain::Policy> ToPolicy(const v1::ReminderPolicy& proto) {
  domain::Policy policy;
  policy.version = proto.version();
  policy.max_attempts = proto.max_attempts();
  policy.first_backoff = absl::Seconds(proto.first_backoff_seconds());
  if (proto.has_quiet_hours()) policy.quiet_hours = ToQuietHours(proto.quiet_hours());
  if (proto.has_digest()) policy.digest_entries = proto.digest().max_entries();
  for (const v1::RateLimit& each : proto.rate_limits()) {
    policy.rate_limits.push_back({static_cast<domain::Channel>(each.channel()),
                                  each.per_recipient(), each.amount(),
                                  absl::Seconds(each.seconds())});
  }
  for (const v1::MessageLimit& each : proto.message_limits()) {
    policy.message_limits.push_back({static_cast<domain::Channel>(each.channel()),
                                     each.title_characters(), each.text_bytes(),
                                     each.text_characters(), each.digest_entries()});
  }
  for (const v1::DeputyPost& each : proto.deputy_posts()) {
    policy.deputy_posts.push_back({each.post(), each.deputy()});
  }
  for (const v1::IndustryDepartment& each : proto.industry_departments()) {
    policy.industry_departments.push_back(
        {each.department(), {each.venue_kinds().begin(), each.venue_kinds().end()}});
  }
  for (const v1::Ladder& each : proto.ladders()) {
    domain::Ladder ladder{each.name(), {}};
    for (const v1::LadderStep& step : each.steps()) ladder.steps.push_back(ToStep(step));
    policy.ladders.push_back(std::move(ladder));
  }
  RETURN_IF_ERROR(domain::ValidatePolicy(policy));
  return policy;
}

}  // namespace

absl::StatusOr<domain::Policy> ParsePolicy(absl::string_view text, absl::string_view file) {
  v1::ReminderPolicy proto;
  RETURN_IF_ERROR(rpc::ParseTextProto(text, file, proto));
  return ToPolicy(proto);
}

absl::StatusOr<domain::Policy> LoadPolicy(const std::string& path) {
  if (path.empty()) {
    const auto& embedded = policy::kEmbeddedFiles[0];
    return ParsePolicy({embedded.content.data(), embedded.content.size()},
                       {embedded.name.data(), embedded.name.size()});
  }
  v1::ReminderPolicy proto;
  RETURN_IF_ERROR(rpc::ReadTextProto(path, proto));
  return ToPolicy(proto);
}

}  // namespace rectify::reminder::api
