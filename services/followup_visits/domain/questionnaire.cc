#include "services/followup_visits/domain/questionnaire.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::followup::domain {
namespace {

bool Fits(QuestionKind kind, absl::string_view value) {
  switch (kind) {
    case QuestionKind::kYesNo:
      return value == "YES" || value == "NO";
    case QuestionKind::kScore:
      return value.size() == 1 && value[0] >= '1' && value[0] <= '5';
    case QuestionKind::kText:
      return !value.empty();
  }
  return false;
}

absl::Status Wrong(const std::string& field, absl::string_view zh, absl::string_view en) {
  return FieldError(field, {absl::StrCat(field, " ", zh), absl::StrCat(field, " ", en)});
}

}  // namespace

absl::Status CheckQuestionnaires(const std::vector<Questionnaire>& versions) {
  const Questionnaire* before = nullptr;
  for (const Questionnaire& questionnaire : versions) {
    if (before != nullptr && (before->version >= questionnaire.version ||
                              before->effective_date >= questionnaire.effective_date)) {
      return Wrong("version", "与启用日期应当递增", "and effective_date must grow");
    }
    before = &questionnaire;
    std::set<std::string> codes;
    for (size_t i = 0; i < questionnaire.items.size(); ++i) {
      const QuestionItem& item = questionnaire.items[i];
      const std::string field = absl::StrCat("items[", i, "]");
      if (item.code.empty() || !codes.insert(item.code).second) {
        return Wrong(field + ".code", "为空或重复", "is empty or there twice");
      }
      if (!item.adverse_answer.empty() &&
          (item.kind == QuestionKind::kText || !Fits(item.kind, item.adverse_answer))) {
        return Wrong(field + ".adverse_answer", "不是该题型的答案", "is no answer of this kind");
      }
    }
  }
  return absl::OkStatus();
}

const Questionnaire* QuestionnaireOn(const std::vector<Questionnaire>& versions,
                                     absl::CivilDay day) {
  const Questionnaire* found = nullptr;
  for (const Questionnaire& each : versions) {
    if (each.effective_date <= day) found = &each;
  }
  return found;
}

const Questionnaire* QuestionnaireOf(const std::vector<Questionnaire>& versions, int version) {
  const auto found = std::find_if(versions.begin(), versions.end(), [&](const Questionnaire& each) {
    return each.version == version;
  });
  return found == versions.end() ? nullptr : &*found;
}

absl::Status CheckAnswers(const Questionnaire& questionnaire, const std::vector<Answer>& answers) {
  std::vector<FieldViolation> violations;
  const auto wrong = [&](const std::string& field, absl::string_view zh, absl::string_view en) {
    violations.push_back({field, {absl::StrCat(field, " ", zh), absl::StrCat(field, " ", en)}});
  };
  std::set<std::string> answered;
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string field = absl::StrCat("answers[", i, "]");
    const auto item =
        std::find_if(questionnaire.items.begin(), questionnaire.items.end(),
                     [&](const QuestionItem& each) { return each.code == answers[i].item; });
    if (item == questionnaire.items.end()) {
      wrong(field + ".item", "不在问卷中", "is not in the questionnaire");
    } else if (!answered.insert(item->code).second) {
      wrong(field + ".item", "重复", "is answered twice");
    } else if (answers[i].value == kNotAsked ? item->required
                                             : !Fits(item->kind, answers[i].value)) {
      wrong(field + ".value", "不是该题的答案（YES、NO、1至5分或文字）",
            "is no answer to this question (YES, NO, 1 to 5, or words)");
    }
  }
  for (const QuestionItem& item : questionnaire.items) {
    if (!item.required || answered.count(item.code) > 0) continue;
    wrong("answers", absl::StrCat("缺少必答题 ", item.code),
          absl::StrCat("lacks the required item ", item.code));
  }
  return violations.empty() ? absl::OkStatus() : FieldErrors(std::move(violations));
}

bool IsAdverse(const QuestionItem& item, absl::string_view value) {
  if (item.adverse_answer.empty() || value == kNotAsked) return false;
  if (item.kind == QuestionKind::kScore) return value <= absl::string_view(item.adverse_answer);
  return value == item.adverse_answer;
}

}  // namespace rectify::followup::domain
