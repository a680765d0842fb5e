#include "services/hazard_findings/domain/major_hazard_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

constexpr VenueGroup kGroups[] = {VenueGroup::kCrowded, VenueGroup::kFlammable,
                                  VenueGroup::kImportant, VenueGroup::kOther};

template <typename T>
bool Has(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

void CheckEdition(const RuleSet& edition, Problems& problems) {
  std::set<std::string> codes;
  size_t comprehensive = 0;
  for (const Clause& clause : edition.clauses) {
    comprehensive += clause.kind == ClauseKind::kComprehensive ? 1 : 0;
    if (!codes.insert(clause.code).second) {
      problems.Add(absl::StrCat(edition.code, ".clauses"), absl::StrCat("重复 ", clause.code),
                   absl::StrCat("has ", clause.code, " twice"));
    }
  }
  for (const Verdict& verdict : edition.verdicts) {
    const std::string path = absl::StrCat(edition.code, ".verdicts[", verdict.code, "]");
    for (const std::string& clause : verdict.clauses) {
      if (codes.contains(clause)) continue;
      problems.Add(path + ".clauses", absl::StrCat("没有条款 ", clause),
                   absl::StrCat("names no clause: ", clause));
    }
    const size_t most = verdict.clauses.empty() ? comprehensive : verdict.clauses.size();
    if (verdict.threshold < 1 || static_cast<size_t>(verdict.threshold) > most) {
      problems.Add(path + ".threshold", "无法达到", "can't be reached");
    }
  }
}

class Judge {
 public:
  Judge(const RuleSet& rules, const std::vector<VenueGroup>& groups) : groups_(groups) {
    suggestion_.rules = &rules;
  }

  Suggestion Run(const std::vector<const Finding*>& findings) {
    for (const Clause& clause : suggestion_.rules->clauses) Look(clause, findings);
    for (const Verdict& verdict : suggestion_.rules->verdicts) Evaluate(verdict);
    suggestion_.suggested = !suggestion_.direct.empty() || ThresholdReached();
    return std::move(suggestion_);
  }

 private:
  void Look(const Clause& clause, const std::vector<const Finding*>& findings) {
    Suggestion::Hit hit = {&clause, {}};
    for (const Finding* finding : findings) {
      if (Has(clause.catalog_codes, finding->catalog_code)) hit.findings.push_back(finding->name());
    }
    if (hit.findings.empty()) return;
    (clause.kind == ClauseKind::kDirect ? suggestion_.direct : suggestion_.comprehensive)
        .push_back(std::move(hit));
  }

  void Evaluate(const Verdict& verdict) {
    Suggestion::Evaluation evaluation = {&verdict, false, {}, false};
    // One finding shows one fault: it counts for one clause, however many it may be a case of. As
    // many clauses as possible get a finding of their own.
    std::map<std::string, const Suggestion::Hit*> taken;
    for (const Suggestion::Hit& hit : suggestion_.comprehensive) {
      if (!verdict.clauses.empty() && !Has(verdict.clauses, hit.clause->code)) continue;
      std::set<std::string> tried;
      if (TakeFinding(hit, taken, tried)) evaluation.clauses.push_back(hit.clause->code);
    }
    evaluation.applies = std::any_of(groups_.begin(), groups_.end(),
                                     [&](VenueGroup group) { return Has(verdict.groups, group); });
    evaluation.reached = evaluation.applies && Enough(evaluation);
    suggestion_.evaluations.push_back(std::move(evaluation));
  }

  // Kuhn's augmenting path: who holds a finding gives it up when there is another one for it.
  static bool TakeFinding(const Suggestion::Hit& hit,
                          std::map<std::string, const Suggestion::Hit*>& taken,
                          std::set<std::string>& tried) {
    for (const std::string& finding : hit.findings) {
      if (!tried.insert(finding).second) continue;
      const auto holder = taken.find(finding);
      if (holder != taken.end() && !TakeFinding(*holder->second, taken, tried)) continue;
      taken[finding] = &hit;
      return true;
    }
    return false;
  }

  static bool Enough(const Suggestion::Evaluation& evaluation) {
    return evaluation.clauses.size() >= static_cast<size_t>(evaluation.verdict->threshold);
  }

  bool ThresholdReached() const {
    const auto& evaluations = suggestion_.evaluations;
    if (!groups_.empty()) {
      return std::any_of(evaluations.begin(), evaluations.end(),
                         [](const auto& evaluation) { return evaluation.reached; });
    }
    return std::all_of(std::begin(kGroups), std::end(kGroups), [&](VenueGroup group) {
      return std::any_of(evaluations.begin(), evaluations.end(), [&](const auto& evaluation) {
        return Has(evaluation.verdict->groups, group) && Enough(evaluation);
      });
    });
  }

  const std::vector<VenueGroup>& groups_;
  Suggestion suggestion_;
};

}  // namespace

bool RuleSet::Takes(absl::string_view clause) const {
  return std::any_of(clauses.begin(), clauses.end(), [&](const Clause& own) {
    return own.code == clause ||
           (incomplete && absl::StartsWith(clause, absl::StrCat(own.code, ".")));
  });
}

absl::StatusOr<RuleBook> RuleBook::Create(std::vector<RuleSet> editions) {
  std::sort(editions.begin(), editions.end(),
            [](const RuleSet& a, const RuleSet& b) { return a.effective_date < b.effective_date; });
  Problems problems;
  for (size_t i = 0; i < editions.size(); ++i) {
    CheckEdition(editions[i], problems);
    if (i > 0 && editions[i].effective_date == editions[i - 1].effective_date) {
      problems.Add(absl::StrCat(editions[i].code, ".effective_date"), "与另一版本同日施行",
                   "is that of another edition");
    }
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  return RuleBook(std::move(editions));
}

const RuleSet* RuleBook::On(absl::CivilDay day) const {
  const RuleSet* found = nullptr;
  for (const RuleSet& edition : editions_) {
    if (edition.effective_date <= day) found = &edition;
  }
  return found;
}

std::vector<Suggestion> SuggestMajorHazard(const RuleBook& book,
                                           const std::vector<Finding>& findings,
                                           const std::vector<VenueGroup>& groups) {
  std::map<absl::CivilDay, std::pair<const RuleSet*, std::vector<const Finding*>>> by_edition;
  for (const Finding& finding : findings) {
    const RuleSet* rules = book.On(CivilDayOf(finding.find_time));
    if (rules == nullptr) continue;
    auto& [edition, of_edition] = by_edition[rules->effective_date];
    edition = rules;
    of_edition.push_back(&finding);
  }
  std::vector<Suggestion> suggestions;
  for (const auto& [day, entry] : by_edition) {
    suggestions.push_back(Judge(*entry.first, groups).Run(entry.second));
  }
  return suggestions;
}

}  // namespace rectify::hazard::domain
