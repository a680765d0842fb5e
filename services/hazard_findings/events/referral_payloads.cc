#include "services/hazard_findings/events/referral_payloads.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/text.h"
#include "libs/rpc/convert.h"

namespace rectify::hazard::events {
namespace {

// A queue shows a line, not the whole title.
constexpr size_t kReferralTitleLength = 30;

absl::string_view KindTitle(domain::ReferralKind kind) {
  switch (kind) {
    case domain::ReferralKind::kNotice:
      return "抄告";
    case domain::ReferralKind::kTransfer:
      return "移送";
    case domain::ReferralKind::kProcuratorialSuggestion:
      return "检察建议";
  }
  return "";
}

}  // namespace

v1::ReferralFacts ToFacts(const domain::Referral& referral) {
  v1::ReferralFacts facts;
  facts.set_referral(referral.name());
  facts.set_kind(static_cast<v1::Referral::Kind>(referral.kind));
  facts.set_subject(referral.subject);
  facts.set_venue(referral.venue);
  facts.set_addressee(referral.addressee);
  if (referral.reply_due_date) {
    *facts.mutable_reply_due_date() = rpc::ToDate(*referral.reply_due_date);
  }
  facts.set_state(static_cast<v1::Referral::State>(referral.state));
  facts.set_outcome(static_cast<v1::Referral::Outcome>(referral.outcome));
  return facts;
}

common::v1::DutyFacts ToDuty(const domain::Referral& referral) {
  common::v1::DutyFacts duty;
  duty.set_subject(referral.name());
  duty.set_title(absl::StrCat(KindTitle(referral.kind), "：",
                              Ellipsize(referral.title, kReferralTitleLength)));
  duty.set_venue(referral.venue);
  duty.set_owner(referral.addressee);
  duty.set_variant(std::string(domain::ReferralVariant(referral)));
  if (referral.reply_due_date) {
    *duty.mutable_due_date() = rpc::ToDate(*referral.reply_due_date);
  }
  return duty;
}

}  // namespace rectify::hazard::events
