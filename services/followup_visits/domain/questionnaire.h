// Questionnaires (回访问卷) and answers to them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace rectify::followup::domain {

// As rectify.followup.v1.QuestionItem.Kind.
enum class QuestionKind { kYesNo = 1, kScore = 2, kText = 3 };

struct QuestionItem {
  std::string code, text;
  QuestionKind kind = QuestionKind::kYesNo;
  std::string adverse_answer;  // "" when none points to misconduct
  bool required = false;
};

struct Questionnaire {
  int version = 0;
  absl::CivilDay effective_date;
  std::string title;
  std::vector<QuestionItem> items;
};

struct Answer {
  std::string item, value;
  friend bool operator==(const Answer&, const Answer&) = default;
};

inline constexpr absl::string_view kNotAsked = "NOT_ASKED";

// INVALID_ARGUMENT: a code twice or empty, an adverse answer that the kind does not have, versions
// or days of several questionnaires that do not grow.
absl::Status CheckQuestionnaires(const std::vector<Questionnaire>& versions);
// The one in use on a day; nullptr before the first.
const Questionnaire* QuestionnaireOn(const std::vector<Questionnaire>& versions,
                                     absl::CivilDay day);
// The one of that version; nullptr when there is none.
const Questionnaire* QuestionnaireOf(const std::vector<Questionnaire>& versions, int version);

// INVALID_ARGUMENT on `answers`: an unknown or doubled item, a value that the kind does not have, a
// required item that is missing.
absl::Status CheckAnswers(const Questionnaire& questionnaire, const std::vector<Answer>& answers);

// Whether the answer points to misconduct.
bool IsAdverse(const QuestionItem& item, absl::string_view value);

}  // namespace rectify::followup::domain
