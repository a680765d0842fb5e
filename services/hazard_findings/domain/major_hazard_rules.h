// The editions of the standard on major fire hazards (GB 35181) as data. They suggest and explain;
// people determine.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/hazard_findings/domain/finding.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract.
enum class ClauseKind { kDirect = 1, kComprehensive = 2 };
enum class VenueGroup { kCrowded = 1, kFlammable = 2, kImportant = 3, kOther = 4 };

struct Clause {
  std::string code, text;
  ClauseKind kind = {};
  std::vector<std::string> catalog_codes;  // that may be such a case
};

struct Verdict {
  std::string code, text;
  std::vector<VenueGroup> groups;
  int threshold = 0;                 // different clauses
  std::vector<std::string> clauses;  // of which; empty: all comprehensive ones
};

struct RuleSet {
  std::string code, title;
  absl::CivilDay effective_date;
  std::vector<Clause> clauses;
  std::vector<Verdict> verdicts;
  std::vector<std::string> exclusions;
  bool incomplete = false;

  // Whether a hazard may fall under `clause`. An incomplete set takes every clause below its own.
  bool Takes(absl::string_view clause) const;
};

// Immutable.
class RuleBook {
 public:
  // In any order. INVALID_ARGUMENT with every fault: clauses are unique, thresholds name clauses of
  // the set and can be reached, editions start on different days.
  static absl::StatusOr<RuleBook> Create(std::vector<RuleSet> editions);

  // The edition in force on a day; nullptr before the first one.
  const RuleSet* On(absl::CivilDay day) const;

 private:
  explicit RuleBook(std::vector<RuleSet> editions) : editions_(std::move(editions)) {}
  std::vector<RuleSet> editions_;  // by effective date
};

struct Suggestion {
  struct Hit {
    const Clause* clause = nullptr;
    std::vector<std::string> findings;
  };
  struct Evaluation {
    const Verdict* verdict = nullptr;
    bool applies = false;
    std::vector<std::string> clauses;
    bool reached = false;  // and applies
  };
  const RuleSet* rules = nullptr;
  std::vector<Hit> direct, comprehensive;
  std::vector<Evaluation> evaluations;
  bool suggested = false;
};

// One per edition that is in force on the day of one of the findings, oldest first. `groups`: what
// the venue is; when that is not known, a suggestion needs a threshold for whatever it may be.
std::vector<Suggestion> SuggestMajorHazard(const RuleBook& book,
                                           const std::vector<Finding>& findings,
                                           const std::vector<VenueGroup>& groups);

}  // namespace rectify::hazard::domain
