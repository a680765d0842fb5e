#include "services/hazard_findings/api/referral_convert.h"

#include "hazard_referral_policy.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "libs/rpc/server.h"
#include "rectify/hazard/v1/referral_policy.pb.h"

namespace rectify::hazard::api {
namespace {

static_assert(static_cast<int>(domain::ReferralKind::kProcuratorialSuggestion) ==
              v1::Referral::KIND_PROCURATORIAL_SUGGESTION);
static_assert(static_cast<int>(domain::ReferralState::kReturned) == v1::Referral::STATE_RETURNED);
static_assert(static_cast<int>(domain::ReferralState::kWithdrawn) == v1::Referral::STATE_WITHDRAWN);
static_assert(static_cast<int>(domain::ReferralOutcome::kNotDone) ==
              v1::Referral::OUTCOME_NOT_DONE);

}  // namespace

domain::Referral ToReferral(const v1::SendReferralRequest& request) {
  const v1::Referral& message = request.referral();
  domain::Referral referral;
  referral.district = rpc::DistrictOf(request.parent());
  referral.kind = static_cast<domain::ReferralKind>(message.kind());
  referral.subject = message.subject();
  referral.addressee = message.addressee();
  referral.title = message.title();
  referral.text = message.text();
  referral.document_number = message.document_number();
  referral.issuer = message.issuer();
  if (message.has_issue_date()) referral.issue_date = rpc::ToCivilDay(message.issue_date());
  referral.reply_required = message.reply_required();
  if (message.has_reply_due_date()) {
    referral.reply_due_date = rpc::ToCivilDay(message.reply_due_date());
  }
  return referral;
}

v1::Referral ToProto(const domain::Referral& referral) {
  v1::Referral message;
  message.set_name(referral.name());
  message.set_kind(static_cast<v1::Referral::Kind>(referral.kind));
  message.set_subject(referral.subject);
  message.set_venue(referral.venue);
  message.set_addressee(referral.addressee);
  message.set_title(referral.title);
  message.set_text(referral.text);
  message.set_document_number(referral.document_number);
  message.set_issuer(referral.issuer);
  if (referral.issue_date) *message.mutable_issue_date() = rpc::ToDate(*referral.issue_date);
  message.set_reply_required(referral.reply_required);
  if (referral.reply_due_date) {
    *message.mutable_reply_due_date() = rpc::ToDate(*referral.reply_due_date);
  }
  message.set_state(static_cast<v1::Referral::State>(referral.state));
  *message.mutable_send_time() = rpc::ToTimestamp(referral.send_time);
  if (referral.receive_time) {
    *message.mutable_receive_time() = rpc::ToTimestamp(*referral.receive_time);
  }
  message.set_receiver(referral.receiver);
  if (referral.decide_time) {
    *message.mutable_decide_time() = rpc::ToTimestamp(*referral.decide_time);
  }
  message.set_refuse_reason(referral.refuse_reason);
  message.set_reply(referral.reply);
  message.set_outcome(static_cast<v1::Referral::Outcome>(referral.outcome));
  if (referral.reply_time) {
    *message.mutable_reply_time() = rpc::ToTimestamp(*referral.reply_time);
  }
  message.set_return_reason(referral.return_reason);
  message.set_return_count(referral.return_count);
  message.set_withdraw_reason(referral.withdraw_reason);
  if (referral.end_time) *message.mutable_end_time() = rpc::ToTimestamp(*referral.end_time);
  message.set_etag(rpc::EtagOf(referral.version));
  return message;
}

absl::StatusOr<domain::ReferralLimits> LoadReferralLimits() {
  domain::ReferralLimits limits;
  for (const auto& file : referral_policy::kEmbeddedFiles) {
    const std::string name(file.name);
    v1::ReferralPolicy policy;
    RETURN_IF_ERROR(rpc::ParseTextProto(absl::string_view(file.content.data(), file.content.size()),
                                        name, policy));
    RETURN_IF_ERROR(PrefixFields(rpc::ValidateMessage(policy), name + ": "));
    for (const v1::ReferralLimit& limit : policy.limits()) {
      limits.push_back({static_cast<domain::ReferralKind>(limit.kind()), limit.max_reply_months(),
                        limit.basis()});
    }
  }
  return limits;
}

}  // namespace rectify::hazard::api
