#include "services/followup_visits/domain/import_columns.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace rectify::followup::domain {
namespace {

struct ColumnName {
  Column column;
  const char* zh;
  const char* en;
  bool required;
};

constexpr ColumnName kColumns[] = {{Column::kDecisionNumber, "文号", "decision_number", true},
                                   {Column::kDecisionDate, "决定日期", "decision_date", true},
                                   {Column::kCaseKind, "类别", "case_kind", false},
                                   {Column::kParty, "单位名称", "party", true},
                                   {Column::kVenue, "场所", "venue", false},
                                   {Column::kStreet, "街道", "street", false},
                                   {Column::kOfficers, "承办人", "officers", true},
                                   {Column::kBasis, "依据", "basis", false},
                                   {Column::kPenalty, "处罚", "penalty", false}};

absl::Status HeaderError(const std::string& zh, const std::string& en) {
  return FieldError("csv", {zh, en}, "CSV_INVALID");
}

absl::StatusOr<CaseKind> ReadKind(const std::string& text) {
  if (text.empty() || text == "行政处罚" || text == "PENALTY") return CaseKind::kPenalty;
  if (text == "开业前检查" || text == "OPENING_CHECK") return CaseKind::kOpeningCheck;
  if (text == "监督检查" || text == "INSPECTION") return CaseKind::kInspection;
  return FieldError("case_kind", {"case_kind 应为行政处罚、开业前检查或监督检查",
                                  "case_kind must be PENALTY, OPENING_CHECK or INSPECTION"});
}

absl::Status Take(Column column, const std::string& text, PenalisedUnit& unit) {
  switch (column) {
    case Column::kDecisionNumber:
      unit.decision_number = text;
      break;
    case Column::kDecisionDate: {
      const absl::StatusOr<absl::CivilDay> day = ParseCivilDay(text);
      if (!day.ok()) {
        return FieldError("decision_date", {"decision_date 应为日期，例如 2023-02-03",
                                            "decision_date must be a date like 2023-02-03"});
      }
      unit.decision_date = *day;
      break;
    }
    case Column::kCaseKind: {
      ASSIGN_OR_RETURN(unit.case_kind, ReadKind(text));
      break;
    }
    case Column::kParty:
      unit.party = text;
      break;
    case Column::kVenue:
      unit.venue = text;
      break;
    case Column::kStreet:
      unit.street = text;
      break;
    case Column::kOfficers:
      for (absl::string_view officer : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
        unit.officers.push_back(NormalizeText(officer));
      }
      break;
    case Column::kBasis:
      unit.basis = text;
      break;
    case Column::kPenalty:
      unit.penalty = text;
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Column>> ReadHeader(const std::vector<std::string>& cells) {
  std::vector<Column> header;
  for (const std::string& cell : cells) {
    if (!IsCleanUtf8(cell)) {
      return HeaderError("文件不是UTF-8编码，请另存为“CSV UTF-8”后再导入",
                         "the file is not UTF-8; save it as CSV UTF-8");
    }
    const std::string text = NormalizeText(cell);
    const auto name = std::find_if(std::begin(kColumns), std::end(kColumns), [&](const auto& each) {
      return text == each.zh || text == each.en;
    });
    if (name == std::end(kColumns)) {
      return HeaderError(absl::StrCat("表头中的列“", text, "”不存在"),
                         absl::StrCat("no column \"", text, "\""));
    }
    if (std::find(header.begin(), header.end(), name->column) != header.end()) {
      return HeaderError(absl::StrCat("表头中的列“", text, "”重复"),
                         absl::StrCat("column \"", text, "\" is there twice"));
    }
    header.push_back(name->column);
  }
  for (const ColumnName& name : kColumns) {
    if (!name.required || std::find(header.begin(), header.end(), name.column) != header.end()) {
      continue;
    }
    return HeaderError(absl::StrCat("表头缺少列：", name.zh),
                       absl::StrCat("missing column: ", name.en));
  }
  return header;
}

absl::StatusOr<PenalisedUnit> ReadRow(const std::vector<Column>& header,
                                      const std::vector<std::string>& cells,
                                      const std::string& district, absl::CivilDay today) {
  if (cells.size() != header.size()) {
    return FieldError(
        "csv",
        {absl::StrCat("该行有", cells.size(), "列，表头有", header.size(), "列"),
         absl::StrCat("the row has ", cells.size(), " columns, the header ", header.size())});
  }
  PenalisedUnit unit;
  unit.district = district;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!IsCleanUtf8(cells[i])) {
      return FieldError("csv", {"该行不是有效的UTF-8文本", "the row is not valid UTF-8"});
    }
    RETURN_IF_ERROR(Take(header[i], NormalizeText(cells[i]), unit));
  }
  RETURN_IF_ERROR(CheckUnit(unit, today));
  return unit;
}

}  // namespace rectify::followup::domain
