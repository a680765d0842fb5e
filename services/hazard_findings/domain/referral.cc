#include "services/hazard_findings/domain/referral.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/workday/months.h"
#include "services/hazard_findings/domain/department_task.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

constexpr size_t kNameParts = 4;  // districts/{district}/{kind}/{id}

absl::string_view StateName(ReferralState state) {
  switch (state) {
    case ReferralState::kSent:
      return "SENT";
    case ReferralState::kReceived:
      return "RECEIVED";
    case ReferralState::kAccepted:
      return "ACCEPTED";
    case ReferralState::kRefused:
      return "REFUSED";
    case ReferralState::kReplied:
      return "REPLIED";
    case ReferralState::kReturned:
      return "RETURNED";
    case ReferralState::kConcluded:
      return "CONCLUDED";
    case ReferralState::kWithdrawn:
      return "WITHDRAWN";
  }
  return "";
}

absl::string_view KindName(ReferralKind kind) {
  switch (kind) {
    case ReferralKind::kNotice:
      return "NOTICE";
    case ReferralKind::kTransfer:
      return "TRANSFER";
    case ReferralKind::kProcuratorialSuggestion:
      return "PROCURATORIAL_SUGGESTION";
  }
  return "";
}

absl::Status StateError(const Referral& referral) {
  const std::string state(StateName(referral.state));
  const std::string kind(KindName(referral.kind));
  return PreconditionError(
      "REFERRAL_STATE",
      {absl::StrCat("公函（", kind, "）现为 ", state, "，不能这样办理（name）"),
       absl::StrCat("the ", kind, " is ", state, " (name)")},
      {{"state", state}, {"kind", kind}});
}

absl::Status CheckState(const Referral& referral, std::initializer_list<ReferralState> allowed) {
  const bool is = std::find(allowed.begin(), allowed.end(), referral.state) != allowed.end();
  return is ? absl::OkStatus() : StateError(referral);
}

std::vector<std::string> PartsOfName(absl::string_view name) {
  std::vector<std::string> parts = absl::StrSplit(name, '/');
  const bool whole = parts.size() == kNameParts && parts[0] == "districts" && !parts[1].empty() &&
                     !parts[3].empty();
  return whole ? parts : std::vector<std::string>(kNameParts);
}

// What only a suggestion has, and must have.
void CheckSuggestion(const Referral& referral, absl::Time now, Problems& problems) {
  const bool suggestion = referral.kind == ReferralKind::kProcuratorialSuggestion;
  const auto check = [&](bool present, absl::string_view field) {
    if (suggestion && !present) {
      problems.Add(field, "检察建议必填", "is required for a procuratorial suggestion");
    } else if (!suggestion && present) {
      problems.Add(field, "只用于检察建议", "is only for a procuratorial suggestion");
    }
  };
  check(!referral.issuer.empty(), "referral.issuer");
  check(referral.issue_date.has_value(), "referral.issue_date");
  if (suggestion) check(!referral.document_number.empty(), "referral.document_number");
  if (suggestion && referral.issue_date && *referral.issue_date > CivilDayOf(now)) {
    problems.Add("referral.issue_date", "晚于今日", "lies in the future");
  }
}

void CheckReplyDate(const Referral& referral, const ReferralLimits& limits, absl::Time now,
                    Problems& problems) {
  constexpr absl::string_view kField = "referral.reply_due_date";
  if (!referral.reply_due_date) return;
  if (!referral.reply_required) {
    problems.Add(kField, "不要求回复的，不设回复期限", "needs reply_required");
    return;
  }
  CheckDueDate(*referral.reply_due_date, kField, now, problems);
  for (const ReferralLimit& limit : limits) {
    const absl::CivilDay last = workday::AddMonths(CivilDayOf(now), limit.max_reply_months);
    if (limit.kind != referral.kind || *referral.reply_due_date <= last) continue;
    problems.Add(kField, absl::StrCat("不得晚于 ", FormatCivilDay(last), "（", limit.basis, "）"),
                 absl::StrCat("must not be later than ", FormatCivilDay(last)));
  }
}

}  // namespace

std::string ReferralName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/departmentReferrals/", id);
}

bool IsReferralSubject(absl::string_view name) {
  const std::vector<std::string> parts = PartsOfName(name);
  const bool kind = parts[2] == "findings" || parts[2] == "orders" || parts[2] == "venues";
  return kind && IsUuid(parts[3]);
}

bool IsReferralAddressee(absl::string_view name) {
  const std::vector<std::string> parts = PartsOfName(name);
  return parts[2] == "departments" || parts[2] == "streets";
}

absl::StatusOr<Referral> SendReferral(Referral referral, const ReferralReferences& references,
                                      const ReferralLimits& limits, absl::Time now) {
  if (referral.kind != ReferralKind::kNotice) referral.reply_required = true;
  Problems problems;
  if (!IsReferralSubject(referral.subject)) {
    problems.Add("referral.subject", "应为隐患、文书或者单位", "must be a finding, order or venue");
  }
  if (!IsReferralAddressee(referral.addressee)) {
    problems.Add("referral.addressee", "应为部门或者街道", "must be a department or street");
  }
  CheckSuggestion(referral, now, problems);
  CheckReplyDate(referral, limits, now, problems);
  RETURN_IF_ERROR(std::move(problems).Result());
  if (!references.venue) return NotFoundError(referral.subject);
  if (!references.addressee) return NotFoundError(referral.addressee);
  referral.venue = *references.venue;
  referral.send_time = now;
  return referral;
}

absl::StatusOr<Referral> AcknowledgeReferral(Referral referral, absl::string_view receiver,
                                             absl::Time now) {
  RETURN_IF_ERROR(CheckState(referral, {ReferralState::kSent}));
  referral.state = ReferralState::kReceived;
  referral.receiver = std::string(receiver);
  referral.receive_time = now;
  ++referral.version;
  return referral;
}

absl::StatusOr<Referral> DecideReferral(Referral referral, bool accept, absl::string_view reason,
                                        absl::Time now) {
  if (referral.kind != ReferralKind::kTransfer) return StateError(referral);
  RETURN_IF_ERROR(CheckState(referral, {ReferralState::kReceived}));
  if (!accept && reason.empty()) {
    return FieldError("reason", {"reason 不予受理的必填", "reason is required for a refusal"});
  }
  referral.state = accept ? ReferralState::kAccepted : ReferralState::kRefused;
  referral.refuse_reason = accept ? "" : std::string(reason);
  referral.decide_time = now;
  ++referral.version;
  return referral;
}

absl::StatusOr<Referral> ReplyReferral(Referral referral, absl::string_view reply,
                                       ReferralOutcome outcome, absl::Time now) {
  const ReferralState before = referral.kind == ReferralKind::kTransfer ? ReferralState::kAccepted
                                                                        : ReferralState::kReceived;
  RETURN_IF_ERROR(CheckState(referral, {before, ReferralState::kReturned}));
  referral.state = ReferralState::kReplied;
  referral.reply = std::string(reply);
  referral.outcome = outcome;
  referral.reply_time = now;
  ++referral.version;
  return referral;
}

absl::StatusOr<Referral> ConcludeReferral(Referral referral, absl::Time now) {
  const bool received = referral.state == ReferralState::kReceived && !referral.reply_required;
  if (!received) {
    RETURN_IF_ERROR(CheckState(referral, {ReferralState::kReplied, ReferralState::kRefused}));
  }
  referral.state = ReferralState::kConcluded;
  referral.end_time = now;
  ++referral.version;
  return referral;
}

absl::StatusOr<Referral> ReturnReferral(Referral referral, absl::string_view reason,
                                        absl::CivilDay due_date, absl::Time now) {
  RETURN_IF_ERROR(CheckState(referral, {ReferralState::kReplied}));
  Problems problems;
  CheckDueDate(due_date, "due_date", now, problems);
  RETURN_IF_ERROR(std::move(problems).Result());
  referral.state = ReferralState::kReturned;
  referral.return_reason = std::string(reason);
  ++referral.return_count;
  // Whatever was asked for first: what comes now is owed.
  referral.reply_required = true;
  referral.reply_due_date = due_date;
  ++referral.version;
  return referral;
}

absl::StatusOr<Referral> WithdrawReferral(Referral referral, absl::string_view reason,
                                          absl::Time now) {
  RETURN_IF_ERROR(CheckState(
      referral, {ReferralState::kSent, ReferralState::kReceived, ReferralState::kAccepted}));
  referral.state = ReferralState::kWithdrawn;
  referral.withdraw_reason = std::string(reason);
  referral.end_time = now;
  ++referral.version;
  return referral;
}

absl::string_view ReferralVariant(const Referral& referral) {
  const bool decides =
      referral.kind == ReferralKind::kTransfer && referral.state == ReferralState::kReceived;
  if (decides) return KindName(referral.kind);
  if (!referral.reply_required) return "NO_REPLY";
  return referral.reply_due_date ? "STATED_DATE" : KindName(referral.kind);
}

}  // namespace rectify::hazard::domain
