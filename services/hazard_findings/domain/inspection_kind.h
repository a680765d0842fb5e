// The kinds of inspection (监督检查形式), what each asks for, and the yearly cap on inspections of
// an enterprise (国办发〔2024〕54号), which complaints, leads, accidents and rechecks do not use
// up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace rectify::hazard::domain {

class Problems;
struct InspectionDraft;
struct References;

// The numbers are those of the contract and of the tables.
enum class InspectionKind {
  kRoutine = 1,
  kRandom = 2,
  kOpening = 3,
  kComplaint = 4,
  kCampaign = 5,
  kTeaching = 6,
  kRecheck = 7
};
enum class CapException {
  kNone = 0,
  kComplaint = 1,
  kLead = 2,
  kAccident = 3,
  kRecheck = 4,
  kKind = 5
};

struct InspectionCap {
  absl::CivilDay effective_date;
  int max_per_year = 0;
  std::vector<InspectionKind> counted_kinds;
  std::string basis;
};

// The caps over time; immutable.
class InspectionCaps {
 public:
  // INVALID_ARGUMENT when two start on one day or a cap is below 1.
  static absl::StatusOr<InspectionCaps> Create(std::vector<InspectionCap> caps);
  // nullptr on a day without a cap.
  const InspectionCap* On(absl::CivilDay day) const;

 private:
  explicit InspectionCaps(std::vector<InspectionCap> caps) : caps_(std::move(caps)) {}
  std::vector<InspectionCap> caps_;  // by effective date
};

// Adds what the kind asks for and the draft does not have, and the other way round.
void CheckKind(const InspectionDraft& draft, const References& references, Problems& problems);

// What must be so beyond the fields: the lead and the campaign are known, the campaign is in force,
// and the cap, where there is one, is not used up. NOT_FOUND (lead, campaign), FAILED_PRECONDITION
// CAMPAIGN_NOT_IN_FORCE, INSPECTION_CAP_REACHED (metadata `year`, `cap`).
absl::Status CheckKindFacts(const InspectionDraft& draft, const References& references);

// `cap` may be nullptr: then nothing counts.
CapException CapExceptionOf(const InspectionDraft& draft, const InspectionCap* cap);

}  // namespace rectify::hazard::domain
