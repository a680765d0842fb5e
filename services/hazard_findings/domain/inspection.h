// Inspections (消防监督检查) and the rules by which one may be recorded.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/hazard_findings/domain/catalog.h"
#include "services/hazard_findings/domain/checklist.h"
#include "services/hazard_findings/domain/finding.h"
#include "services/hazard_findings/domain/inspection_kind.h"
#include "services/hazard_findings/domain/references.h"

namespace rectify::hazard::domain {

struct FindingDraft {
  std::string catalog_code, description, location;
  Disposition disposition = {};
  int term_days = 0;  // 0: the catalogue's default
  std::optional<absl::CivilDay> stated_due_date;
  std::string transfer_department;
};

struct InspectionDraft {
  std::string district;
  std::string id;  // chosen by the client, or ""
  std::string venue;
  absl::Time inspect_time;
  std::vector<std::string> officers;  // the first one handles what follows (承办人)
  std::string summary;
  std::vector<FindingDraft> findings;
  InspectionKind kind = InspectionKind::kRoutine;
  std::string lead = {}, campaign = {};  // resource names, or ""
  std::string accident = {};
  std::vector<ChecklistAnswer> answers = {};
  std::vector<std::string> advice = {};
};

struct Inspection {
  std::string district, id;
  std::string venue;
  absl::Time inspect_time;
  std::vector<std::string> officers;
  std::string summary;
  std::vector<Finding> findings;
  absl::Time create_time;
  InspectionKind kind = InspectionKind::kRoutine;
  std::string lead = {}, campaign = {};
  std::string accident = {};
  std::vector<ChecklistAnswer> answers = {};
  std::vector<std::string> advice = {};
  CapException cap_exception = CapException::kNone;

  std::string name() const { return InspectionName(district, id); }
};

struct RecordedInspection {
  Inspection inspection;
  std::vector<const HazardType*> types;  // of each finding; they live in the catalogue
};

// Makes ids; equal steps give equal ids within one command.
using IdSource = std::function<std::string(absl::string_view step)>;

// Judges a draft as a whole and makes the inspection with all its findings. All wrong fields are
// told in one answer, with paths from the request ("inspection.findings[2].catalog_code"):
//   INVALID_ARGUMENT IN_THE_FUTURE, CATALOG_CODE_UNKNOWN, INVALID_FIELD;
//   FAILED_PRECONDITION DISPOSITION_NOT_ALLOWED when nothing else is wrong with the fields.
// After that, in this order: FAILED_PRECONDITION TOO_FEW_OFFICERS; NOT_FOUND (venue, officer);
// FAILED_PRECONDITION VENUE_CLOSED, OFFICER_NOT_QUALIFIED (metadata `officer`, `date`); what
// CheckKindFacts finds.
absl::StatusOr<RecordedInspection> RecordInspection(const InspectionDraft& draft,
                                                    const Catalog& catalog,
                                                    const References& references, absl::Time now,
                                                    const IdSource& new_id);

// An enforcement act needs two officers (行政处罚法 42, 消防监督检查规定 14).
inline constexpr int kMinOfficers = 2;

// Certificate valid and in post (在编在职) on that day.
bool IsQualified(const Officer& officer, absl::CivilDay day);

}  // namespace rectify::hazard::domain
