#include "services/followup_visits/domain/visit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::followup::domain {
namespace {

constexpr size_t kMaxAttempts = 20;

const char* NameOf(VisitState state) {
  switch (state) {
    case VisitState::kPlanned:
      return "PLANNED";
    case VisitState::kDone:
      return "DONE";
    case VisitState::kReplaced:
      return "REPLACED";
  }
  return "";
}

absl::Status StateError(const Visit& visit, absl::string_view zh, absl::string_view en) {
  return PreconditionError("VISIT_STATE", {std::string(zh), std::string(en)},
                           {{"state", NameOf(visit.state)}});
}

absl::Status CheckMayChange(const Visit& visit, absl::string_view visitor) {
  if (std::find(visit.visitors.begin(), visit.visitors.end(), visitor) == visit.visitors.end()) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     {.reason = "NOT_YOUR_TASK",
                      .text = {"只有抽取时指定的回访人员可以办理",
                               "only the visitors that the draw assigned may do this"},
                      .metadata = {},
                      .violations = {}});
  }
  if (visit.state == VisitState::kPlanned) return absl::OkStatus();
  return StateError(visit, absl::StrCat("回访当前状态为 ", NameOf(visit.state), "，不能办理"),
                    absl::StrCat("the visit is ", NameOf(visit.state)));
}

absl::Status CheckTime(const Visit& visit, absl::Time time, absl::Time now, const char* field) {
  if (time > now) {
    return FieldError(field,
                      {absl::StrCat(field, " 晚于现在"), absl::StrCat(field, " is in the future")},
                      "IN_THE_FUTURE");
  }
  if (time >= visit.create_time) return absl::OkStatus();
  return FieldError(
      field, {absl::StrCat(field, " 早于抽取"), absl::StrCat(field, " is earlier than the draw")});
}

}  // namespace

std::string VisitName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/visits/", id);
}

std::string Visit::name() const { return VisitName(district, id); }

absl::StatusOr<Visit> RecordVisit(Visit visit, const VisitRecord& record,
                                  const Questionnaire& questionnaire, absl::string_view visitor,
                                  absl::Time now) {
  RETURN_IF_ERROR(CheckMayChange(visit, visitor));
  RETURN_IF_ERROR(CheckTime(visit, record.visit_time, now, "visit_time"));
  RETURN_IF_ERROR(CheckAnswers(questionnaire, record.content.answers));
  const bool identified = !record.content.respondent.empty();
  if (record.anonymous && identified) {
    return FieldError("respondent", {"受访人要求匿名时不得登记身份（respondent）",
                                     "respondent must be empty when he wants to stay unnamed"});
  }
  visit.state = VisitState::kDone;
  visit.visit_time = record.visit_time;
  visit.method = record.method;
  visit.anonymous = record.anonymous;
  visit.has_respondent = identified;
  visit.questionnaire_version = questionnaire.version;
  ++visit.version;
  return visit;
}

absl::StatusOr<Visit> RecordAttempt(Visit visit, const Attempt& attempt, absl::string_view visitor,
                                    absl::Time now) {
  RETURN_IF_ERROR(CheckMayChange(visit, visitor));
  RETURN_IF_ERROR(CheckTime(visit, attempt.time, now, "attempt_time"));
  if (visit.attempts.size() == kMaxAttempts) {
    return StateError(visit, "已有20次未成功的回访，请登记替换", "there are 20 failed attempts");
  }
  visit.attempts.push_back(attempt);
  ++visit.version;
  return visit;
}

absl::StatusOr<Visit> ReplaceVisit(Visit visit, absl::string_view reason,
                                   absl::string_view replaced_by, absl::string_view visitor) {
  RETURN_IF_ERROR(CheckMayChange(visit, visitor));
  if (visit.attempts.empty()) {
    return StateError(visit, "至少一次回访未成功之后才能替换",
                      "a visit is replaced only after a failed attempt");
  }
  visit.state = VisitState::kReplaced;
  visit.replace_reason = std::string(reason);
  visit.replaced_by = std::string(replaced_by);
  ++visit.version;
  return visit;
}

}  // namespace rectify::followup::domain
