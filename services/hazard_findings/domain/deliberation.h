// A collective decision (集体议定): who met, what each one said, and whether it was carried.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/hazard_findings/domain/references.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract and of the tables.
enum class Matter { kDetermination = 1, kDelisting = 2 };

struct Vote {
  std::string voter;  // an officer, or the number of an expert
  std::string opinion;
  bool agrees = false;
};

struct Deliberation {
  Matter matter = {};
  absl::Time meet_time;
  std::string chair;
  std::vector<Vote> participants, experts;
  std::string minutes;
  bool carried = false;
};

// GB 35181-2017: at least three people decide; a panel has at least seven experts, of whom two
// thirds must agree. The edition of 2025 says nothing on procedure; the same holds as a rule of the
// house.
inline constexpr size_t kMinParticipants = 3;
inline constexpr size_t kMinExperts = 7;

struct DeliberationRules {
  std::string handling_officer;  // never the chair
  absl::Time not_before;
  bool experts_required = false;
};

// Checks it and sets `carried`. INVALID_ARGUMENT IN_THE_FUTURE, INVALID_FIELD (paths below
// "deliberation"); FAILED_PRECONDITION COLLECTIVE_TOO_SMALL (metadata `needed`), CHAIR_NOT_ALLOWED;
// NOT_FOUND (a participant).
absl::Status Decide(Deliberation& deliberation, const DeliberationRules& rules,
                    const References& references, absl::Time now);

}  // namespace rectify::hazard::domain
