#include "services/followup_visits/domain/analysis.h"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"

namespace rectify::followup::domain {
namespace {

using Json = nlohmann::json;  // keeps its keys sorted

constexpr char kUnknown[] = "未知";

// Sorts visits and leads into the rows of tables.
class Tables {
 public:
  void Add(const std::string& table, const std::string& row, const std::string& id) {
    rows_[table][row].insert(id);
  }
  // A row that is shown even when nothing is in it.
  void Declare(const std::string& table, const std::string& row) { rows_[table][row]; }

  std::vector<Cell> Cells() const {
    std::vector<Cell> cells;
    for (const auto& [table, rows] : rows_) {
      for (const auto& [row, ids] : rows) {
        cells.push_back({table, row, {ids.begin(), ids.end()}, false});
      }
    }
    return cells;
  }

 private:
  std::map<std::string, std::map<std::string, std::set<std::string>>> rows_;
};

std::string KindOf(const AnalysedVisit& visit, const QuestionItem& item) {
  for (const Answer& answer : visit.answers) {
    if (answer.item != item.code) continue;
    if (answer.value == kNotAsked) return "not_asked";
    return IsAdverse(item, answer.value) ? "adverse" : "clear";
  }
  return "not_asked";
}

void CountVisit(const AnalysedVisit& visit, const Questionnaire& questionnaire, Tables& tables) {
  tables.Add("visits", "all", visit.id);
  tables.Add("stratum", visit.stratum, visit.id);
  tables.Add("street", visit.street.empty() ? kUnknown : visit.street, visit.id);
  tables.Add("method", visit.site ? "site" : "phone", visit.id);
  bool any = false;
  for (const QuestionItem& item : questionnaire.items) {
    if (item.adverse_answer.empty()) continue;
    const std::string kind = KindOf(visit, item);
    any |= kind == "adverse";
    tables.Add(absl::StrCat("item/", item.code), kind, visit.id);
  }
  const std::string officer = visit.officer.empty() ? kUnknown : visit.officer;
  tables.Add("officer", officer, visit.id);
  tables.Add("officer_adverse", absl::StrCat(officer, any ? "|adverse" : "|clear"), visit.id);
}

void CountLead(const AnalysedLead& lead, Tables& tables) {
  tables.Add("leads", "all", lead.id);
  tables.Add("lead_source", lead.source, lead.id);
  tables.Add("lead_disposal", lead.disposal, lead.id);
  tables.Add("lead_outcome", lead.outcome, lead.id);
}

std::vector<Cell> Count(const AnalysisInput& input,
                        const std::vector<Questionnaire>& questionnaires) {
  Tables tables;
  tables.Declare("visits", "all");
  tables.Declare("leads", "all");
  for (const AnalysedVisit& visit : input.visits) {
    const Questionnaire* questionnaire =
        QuestionnaireOf(questionnaires, visit.questionnaire_version);
    CountVisit(visit, questionnaire == nullptr ? Questionnaire() : *questionnaire, tables);
  }
  for (const AnalysedLead& lead : input.leads) CountLead(lead, tables);
  return tables.Cells();
}

// What the document of the quarter before published about each question.
Json Trend(const std::string& previous_document) {
  Json trend = Json::object();
  const Json previous = Json::parse(previous_document, nullptr, /*allow_exceptions=*/false);
  if (!previous.is_object()) return trend;
  trend["quarter"] = previous.at("quarter");
  trend["version"] = previous.at("version");
  for (const auto& [table, rows] : previous.at("tables").items()) {
    if (absl::StartsWith(table, "item/") || table == "visits") trend["tables"][table] = rows;
  }
  return trend;
}

}  // namespace

AnalysisResult Analyse(const AnalysisInput& input,
                       const std::vector<Questionnaire>& questionnaires) {
  AnalysisResult result;
  result.cells = Count(input, questionnaires);
  Withhold(input.smallest_cell, input.published, result.cells);
  Json tables = Json::object();
  int withheld = 0;
  for (const Cell& cell : result.cells) {
    tables[cell.table][cell.row] = cell.withheld ? Json() : Json(cell.members.size());
    withheld += cell.withheld ? 1 : 0;
  }
  const Json document = {{"format", "rectify analysis v1"},
                         {"district", input.district},
                         {"quarter", input.quarter.text()},
                         {"version", input.version},
                         {"reason", input.reason},
                         {"cut_time", FormatChinaMinute(input.cut_time)},
                         {"smallest_cell", input.smallest_cell},
                         {"withheld", withheld},
                         {"tables", std::move(tables)},
                         {"officer_names", input.officer_names},
                         {"trend", Trend(input.previous_document)}};
  result.document = document.dump();
  return result;
}

std::string WriteCells(const std::vector<Cell>& cells) {
  Json list = Json::array();
  for (const Cell& cell : cells) {
    if (!cell.withheld) list.push_back({cell.table, cell.row, cell.members});
  }
  return list.dump();
}

absl::StatusOr<std::vector<Cell>> ReadCells(absl::string_view json) {
  const Json list = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return absl::DataLossError("the cells of an analysis can't be read");
  std::vector<Cell> cells;
  for (const Json& each : list) {
    cells.push_back({each.at(0).get<std::string>(), each.at(1).get<std::string>(),
                     each.at(2).get<std::vector<std::string>>(), false});
  }
  return cells;
}

}  // namespace rectify::followup::domain
