#include "services/cli/replay/case_row.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli {
namespace {

constexpr absl::string_view kSeparator = "；";
constexpr int kMostTermDays = 365;

struct Column {
  const char* name;
  bool required;
};
constexpr Column kColumns[] = {{"编号", true},  {"单位", true},   {"检查时间", true},
                               {"形式", false}, {"监督员", true}, {"隐患", true},
                               {"经过", false}, {"送达", false},  {"记录", true}};

absl::Status Wrong(absl::string_view column, absl::string_view what, absl::string_view cell) {
  return absl::InvalidArgumentError(absl::StrCat("“", column, "”列：", what, "：", cell));
}

std::vector<absl::string_view> Parts(absl::string_view cell) {
  std::vector<absl::string_view> parts = absl::StrSplit(cell, kSeparator, absl::SkipWhitespace());
  for (absl::string_view& part : parts) part = absl::StripAsciiWhitespace(part);
  return parts;
}

// "12" or "12日" as a number of days from 1 on.
bool ParseDays(absl::string_view text, int& days) {
  absl::ConsumeSuffix(&text, "日");
  return absl::SimpleAtoi(text, &days) && days >= 1 && days <= kMostTermDays;
}

absl::StatusOr<CaseFinding> ParseFinding(absl::string_view part) {
  CaseFinding finding;
  const size_t colon = part.find(':');
  const size_t blank = part.find(' ');
  if (colon == absl::string_view::npos || blank == absl::string_view::npos || colon > blank) {
    return Wrong("隐患", "应写作 编码:期限 内容", part);
  }
  finding.code = std::string(part.substr(0, colon));
  finding.text = std::string(absl::StripAsciiWhitespace(part.substr(blank)));
  absl::string_view what = part.substr(colon + 1, blank - colon - 1);
  if (what == "立即") {
    finding.kind = CaseFinding::Kind::kAtOnce;
  } else if (what == "当场") {
    finding.kind = CaseFinding::Kind::kOnSpot;
  } else if (absl::ConsumePrefix(&what, "移送")) {
    finding.kind = CaseFinding::Kind::kTransfer;
    finding.department = std::string(what);
    if (what.empty()) return Wrong("隐患", "移送没有写明部门", part);
  } else if (!ParseDays(what, finding.term_days)) {
    return Wrong("隐患", "期限应是 1 至 365 日、立即、当场或移送", part);
  }
  if (finding.code.empty() || finding.text.empty()) return Wrong("隐患", "缺少编码或内容", part);
  return finding;
}

// A word that may stand beside any outcome; false when it is none.
bool ParseAside(absl::string_view word, CaseRow& row) {
  if (word == "迟送达") {
    row.late_service = true;
  } else if (word == "迟复查") {
    row.late_recheck = true;
  } else if (word == "迟移送") {
    row.late_transfer = true;
  } else if (word == "约谈") {
    row.instrument = deadline::v1::NEXT_INSTRUMENT_TALK;
  } else if (word == "处罚") {
    row.instrument = deadline::v1::NEXT_INSTRUMENT_PENALTY_CASE;
  } else {
    return absl::ConsumePrefix(&word, "延期") && ParseDays(word, row.extended_days);
  }
  return true;
}

bool ParseOutcome(absl::string_view word, CaseRow& row) {
  if (word == "按期改正") {
    row.course = Course::kInTime;
  } else if (word == "提前改正") {
    row.course = Course::kEarly;
  } else if (word == "未改正") {
    row.course = Course::kNever;
  } else if (absl::ConsumePrefix(&word, "逾期")) {
    row.course = Course::kLate;
    return ParseDays(word, row.late_days);
  } else {
    row.course = Course::kPartly;
    return absl::ConsumePrefix(&word, "部分改正") && ParseDays(word, row.late_days);
  }
  return true;
}

absl::Status ParseCourse(absl::string_view cell, CaseRow& row) {
  bool stated = false;
  for (absl::string_view word : Parts(cell)) {
    if (ParseAside(word, row)) continue;
    if (std::exchange(stated, true)) return Wrong("经过", "写了两种结局", cell);
    if (!ParseOutcome(word, row)) return Wrong("经过", "不认识", word);
  }
  const bool open_after_term =
      row.course == Course::kLate || row.course == Course::kPartly || row.course == Course::kNever;
  if (row.instrument != deadline::v1::NEXT_INSTRUMENT_UNSPECIFIED && !open_after_term) {
    return Wrong("经过", "只有逾期未改的才有约谈、处罚", cell);
  }
  return absl::OkStatus();
}

absl::Status ParseKind(absl::string_view cell, CaseRow& row) {
  absl::string_view rest = cell;
  if (cell.empty() || cell == "日常") {
    row.kind = hazard::v1::INSPECTION_KIND_ROUTINE;
  } else if (cell == "随机") {
    row.kind = hazard::v1::INSPECTION_KIND_RANDOM;
  } else if (cell == "开业") {
    row.kind = hazard::v1::INSPECTION_KIND_OPENING;
  } else if (cell == "教学") {
    row.kind = hazard::v1::INSPECTION_KIND_TEACHING;
  } else if (absl::ConsumePrefix(&rest, "专项") && !rest.empty()) {
    row.kind = hazard::v1::INSPECTION_KIND_CAMPAIGN;
    row.campaign = std::string(rest);
  } else if (absl::ConsumePrefix(&rest, "举报") && !rest.empty()) {
    row.kind = hazard::v1::INSPECTION_KIND_COMPLAINT;
    row.lead = std::string(rest);
  } else {
    return Wrong("形式", "应是 日常、随机、开业、教学、专项加代码 或 举报加线索", cell);
  }
  return absl::OkStatus();
}

absl::Status ParseMethod(absl::string_view cell, CaseRow& row) {
  if (cell.empty() || cell == "直接") return absl::OkStatus();
  if (cell == "留置") {
    row.method = deadline::v1::SERVICE_METHOD_LEFT;
  } else if (cell == "邮寄") {
    row.method = deadline::v1::SERVICE_METHOD_MAIL;
  } else {
    return Wrong("送达", "应是 直接、留置 或 邮寄", cell);
  }
  return absl::OkStatus();
}

}  // namespace

bool CaseRow::Has(CaseFinding::Kind kind) const {
  return std::any_of(findings.begin(), findings.end(),
                     [kind](const CaseFinding& finding) { return finding.kind == kind; });
}

absl::Status CheckCaseColumns(const std::vector<std::string>& header) {
  std::set<std::string> seen;
  for (const std::string& name : header) {
    const bool known = std::any_of(std::begin(kColumns), std::end(kColumns),
                                   [&](const Column& column) { return column.name == name; });
    if (!known) return Wrong(name, "没有这一列", "表头");
    if (!seen.insert(name).second) return Wrong(name, "出现两次", "表头");
  }
  for (const Column& column : kColumns) {
    if (column.required && seen.count(column.name) == 0) return Wrong(column.name, "缺少", "表头");
  }
  return absl::OkStatus();
}

absl::StatusOr<CaseRow> ParseCaseRow(const std::map<std::string, std::string>& cells) {
  auto cell = [&](const char* column) -> absl::string_view {
    auto found = cells.find(column);
    return found == cells.end() ? absl::string_view()
                                : absl::StripAsciiWhitespace(absl::string_view(found->second));
  };
  CaseRow row;
  row.key = std::string(cell("编号"));
  row.venue = std::string(cell("单位"));
  row.summary = std::string(cell("记录"));
  for (const char* column : {"编号", "单位", "记录"}) {
    if (cell(column).empty()) return Wrong(column, "不能为空", "");
  }
  absl::StatusOr<absl::Time> inspected = ParseStepTime(cell("检查时间"));
  if (!inspected.ok()) return Wrong("检查时间", "应写作 2023-01-04 09:30", cell("检查时间"));
  row.inspected = *inspected;
  for (absl::string_view key : absl::StrSplit(cell("监督员"), ' ', absl::SkipWhitespace())) {
    row.officers.emplace_back(key);
  }
  if (row.officers.size() < 2) return Wrong("监督员", "至少两人", cell("监督员"));
  for (absl::string_view part : Parts(cell("隐患"))) {
    ASSIGN_OR_RETURN(CaseFinding finding, ParseFinding(part));
    row.findings.push_back(std::move(finding));
  }
  RETURN_IF_ERROR(ParseCourse(cell("经过"), row));
  RETURN_IF_ERROR(ParseMethod(cell("送达"), row));
  RETURN_IF_ERROR(ParseKind(cell("形式"), row));
  return row;
}

}  // namespace rectify::cli
