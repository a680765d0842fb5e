// Reading one row of a table of cases; see cases.h for what may stand in it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rectify/deadline/v1/order.pb.h"
#include "rectify/hazard/v1/hazard.pb.h"

namespace rectify::cli {

struct CaseFinding {
  enum class Kind { kTerm, kAtOnce, kOnSpot, kTransfer };
  Kind kind = Kind::kTerm;
  std::string code, text, department;
  int term_days = 0;
};

// What becomes of the items of a term order.
enum class Course { kInTime, kEarly, kLate, kPartly, kNever };

struct CaseRow {
  std::string key, venue, summary;
  hazard::v1::InspectionKind kind = hazard::v1::INSPECTION_KIND_ROUTINE;
  std::string campaign, lead;  // with the kinds that have one
  absl::Time inspected;
  std::vector<std::string> officers;
  std::vector<CaseFinding> findings;
  Course course = Course::kInTime;
  int late_days = 0;  // after the last due date
  // Days by which the term is extended on request; 0: no request.
  int extended_days = 0;
  // What is decided after the failed recheck.
  deadline::v1::NextInstrument instrument = deadline::v1::NEXT_INSTRUMENT_UNSPECIFIED;
  bool late_service = false, late_recheck = false, late_transfer = false;
  deadline::v1::ServiceMethod method = deadline::v1::SERVICE_METHOD_DIRECT;

  bool Has(CaseFinding::Kind kind) const;
};

// `cells` by column; missing optional columns are empty. INVALID_ARGUMENT names the column.
absl::StatusOr<CaseRow> ParseCaseRow(const std::map<std::string, std::string>& cells);

// FAILED when a column is missing, unknown or named twice.
absl::Status CheckCaseColumns(const std::vector<std::string>& header);

}  // namespace rectify::cli
