// The quarterly analysis (季度梳理分析): counts of a quarter's visits and leads, with those
// withheld that would tell of single visits.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/followup_visits/domain/disclosure.h"
#include "services/followup_visits/domain/quarter.h"
#include "services/followup_visits/domain/questionnaire.h"

namespace rectify::followup::domain {

// What an analysis counts of a visit.
struct AnalysedVisit {
  std::string id, stratum, street;
  std::string officer;  // who handled the case
  bool site = true;     // or by phone
  int questionnaire_version = 0;
  std::vector<Answer> answers;
};

// And of a lead.
struct AnalysedLead {
  std::string id, source, disposal, outcome;  // names of the contract's values
};

struct AnalysisInput {
  std::string district;
  Quarter quarter;
  int version = 1;
  std::string reason;
  absl::Time cut_time;
  int smallest_cell = 5;
  std::vector<AnalysedVisit> visits;
  std::vector<AnalysedLead> leads;
  std::map<std::string, std::string> officer_names;  // by resource name
  std::vector<Cell> published;                       // of the quarter's earlier versions
  std::string previous_document;                     // of the quarter before, or ""
};

struct AnalysisResult {
  std::string document;     // canonical JSON; withheld counts are null
  std::vector<Cell> cells;  // all, withheld ones marked
};

AnalysisResult Analyse(const AnalysisInput& input,
                       const std::vector<Questionnaire>& questionnaires);

// The published cells, as they are kept beside the document, and read back.
std::string WriteCells(const std::vector<Cell>& cells);
absl::StatusOr<std::vector<Cell>> ReadCells(absl::string_view json);

}  // namespace rectify::followup::domain
