// A follow-up visit through its life: planned by a draw → done, or replaced by the next unit of the
// draw's order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/followup_visits/domain/questionnaire.h"

namespace rectify::followup::domain {

// As rectify.followup.v1.Visit.State and VisitMethod.
enum class VisitState { kPlanned = 1, kDone = 2, kReplaced = 3 };
enum class VisitMethod { kNone = 0, kSite = 1, kPhone = 2 };

struct Attempt {
  absl::Time time;
  std::string reason, user;
};

// Who answered.
struct Respondent {
  std::string person_name, mobile, position;
  bool empty() const { return person_name.empty() && mobile.empty() && position.empty(); }
};

struct Visit {
  std::string district, id;
  std::string draw_id, unit_id, stratum;
  std::vector<std::string> visitors;  // codes
  VisitState state = VisitState::kPlanned;
  std::string file_number;
  VisitMethod method = VisitMethod::kNone;
  std::optional<absl::Time> visit_time;
  bool anonymous = false;
  bool has_respondent = false;
  int questionnaire_version = 0;
  std::vector<Attempt> attempts;
  std::string replaced_by, replaces;  // ids
  std::string replace_reason;
  absl::Time create_time;
  int64_t version = 0;

  std::string name() const;
};

// What is kept encrypted, apart from the visit.
struct VisitContent {
  std::vector<Answer> answers;
  Respondent respondent;
  std::string note;
};

struct VisitRecord {
  absl::Time visit_time;
  VisitMethod method = VisitMethod::kSite;
  bool anonymous = false;
  VisitContent content;
};

std::string VisitName(absl::string_view district, absl::string_view id);

// The verbs of a PLANNED visit. `visitor` is the caller's code as a visitor, "" for anybody else.
// PERMISSION_DENIED NOT_YOUR_TASK unless it is one of the visit's; FAILED_PRECONDITION VISIT_STATE;
// INVALID_ARGUMENT IN_THE_FUTURE, or about the answers. Leaves the file number to the caller.
absl::StatusOr<Visit> RecordVisit(Visit visit, const VisitRecord& record,
                                  const Questionnaire& questionnaire, absl::string_view visitor,
                                  absl::Time now);
absl::StatusOr<Visit> RecordAttempt(Visit visit, const Attempt& attempt, absl::string_view visitor,
                                    absl::Time now);
// After at least one attempt.
absl::StatusOr<Visit> ReplaceVisit(Visit visit, absl::string_view reason,
                                   absl::string_view replaced_by, absl::string_view visitor);

}  // namespace rectify::followup::domain
