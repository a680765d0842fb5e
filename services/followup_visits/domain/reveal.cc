#include "services/followup_visits/domain/reveal.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::followup::domain {
namespace {

const char* NameOf(RevealState state) {
  switch (state) {
    case RevealState::kRequested:
      return "REQUESTED";
    case RevealState::kApproved:
      return "APPROVED";
    case RevealState::kRefused:
      return "REFUSED";
    case RevealState::kViewed:
      return "VIEWED";
    case RevealState::kExpired:
      return "EXPIRED";
  }
  return "";
}

absl::Status NotYours(const char* zh, const char* en) {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {.reason = "NOT_YOUR_TASK", .text = {zh, en}, .metadata = {}, .violations = {}});
}

absl::Status CheckState(const Reveal& reveal, RevealState wanted, absl::Time now) {
  const RevealState state = reveal.StateAt(now);
  if (state == wanted) return absl::OkStatus();
  return PreconditionError(
      "REVEAL_STATE",
      {absl::StrCat("申请当前状态为 ", NameOf(state), "，此操作需要 ", NameOf(wanted)),
       absl::StrCat("the reveal is ", NameOf(state), ", this needs ", NameOf(wanted))},
      {{"state", NameOf(state)}});
}

absl::StatusOr<Reveal> Decide(Reveal reveal, RevealState decision, absl::string_view user,
                              absl::Time now) {
  if (user == reveal.requester) {
    return NotYours("申请人不能审批自己的申请", "nobody decides on his own request");
  }
  RETURN_IF_ERROR(CheckState(reveal, RevealState::kRequested, now));
  reveal.state = decision;
  reveal.approver = std::string(user);
  return reveal;
}

}  // namespace

std::string Reveal::name() const { return absl::StrCat("districts/", district, "/reveals/", id); }

RevealState Reveal::StateAt(absl::Time now) const {
  return state == RevealState::kApproved && now > *expire_time ? RevealState::kExpired : state;
}

absl::Status CheckRevealFields(const std::vector<std::string>& fields) {
  std::set<std::string> seen;
  for (const std::string& field : fields) {
    const bool known = field == "person_name" || field == "mobile" || field == "position";
    if (known && seen.insert(field).second) continue;
    return FieldError("fields", {"fields 应为 person_name、mobile、position 中的若干项，不重复",
                                 "fields must be of person_name, mobile, position, each once"});
  }
  return absl::OkStatus();
}

absl::StatusOr<Reveal> Approve(Reveal reveal, absl::string_view user, absl::Time now) {
  ASSIGN_OR_RETURN(reveal, Decide(std::move(reveal), RevealState::kApproved, user, now));
  reveal.expire_time = now + kRevealWindow;
  return reveal;
}

absl::StatusOr<Reveal> Refuse(Reveal reveal, absl::string_view user, absl::Time now) {
  return Decide(std::move(reveal), RevealState::kRefused, user, now);
}

absl::StatusOr<Reveal> View(Reveal reveal, absl::string_view user, absl::Time now) {
  if (user != reveal.requester) {
    return NotYours("只有申请人可以查看", "only the one who asked may read");
  }
  RETURN_IF_ERROR(CheckState(reveal, RevealState::kApproved, now));
  reveal.state = RevealState::kViewed;
  return reveal;
}

Respondent Shown(const Reveal& reveal, const Respondent& respondent) {
  const auto asked = [&](absl::string_view field) {
    return std::find(reveal.fields.begin(), reveal.fields.end(), field) != reveal.fields.end();
  };
  return {.person_name = asked("person_name") ? respondent.person_name : "",
          .mobile = asked("mobile") ? respondent.mobile : "",
          .position = asked("position") ? respondent.position : ""};
}

}  // namespace rectify::followup::domain
