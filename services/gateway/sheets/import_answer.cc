#include "services/gateway/sheets/import_answer.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/csv/cells.h"

namespace rectify::gateway {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// The problem's violations, else its detail or title; and the columns that they are of.
std::pair<std::string, std::string> WordsOf(const json& problem, const ImportColumns& columns) {
  std::vector<std::string> texts, titles;
  for (const json& violation : problem.value("violations", json::array())) {
    texts.push_back(violation.value("description", ""));
    titles.push_back(columns.TitleOf(violation.value("field", "")));
  }
  if (texts.empty()) texts.push_back(problem.value("detail", problem.value("title", "")));
  return {absl::StrJoin(texts, "；"), absl::StrJoin(titles, "；")};
}

}  // namespace

http::Response ToJsonAnswer(const std::vector<RowResult>& results) {
  ordered_json rows = ordered_json::array();
  int failed = 0;
  for (const RowResult& result : results) {
    ordered_json row = {{"row", result.number}};
    if (result.problem.empty()) {
      row["name"] = result.name;
    } else {
      row["problem"] = ordered_json::parse(result.problem);
      ++failed;
    }
    rows.push_back(std::move(row));
  }
  const ordered_json answer = {{"created", static_cast<int>(results.size()) - failed},
                               {"failed", failed},
                               {"rows", std::move(rows)}};
  http::Response response;
  response.headers.Add("Content-Type", "application/json");
  response.body = answer.dump();
  return response;
}

http::Response ToCsvAnswer(const std::vector<RowResult>& results, const ImportColumns& columns,
                           bool english) {
  http::Response response;
  response.headers.Add("Content-Type", "text/csv; charset=utf-8");
  response.body = absl::StrCat(
      csv::kByteOrderMark,
      csv::Line(english ? std::vector<std::string>{"row", "result", "name", "error", "column"}
                        : std::vector<std::string>{"行号", "结果", "资源名", "错误", "列"}));
  for (const RowResult& result : results) {
    std::vector<std::string> cells = {absl::StrCat(result.number)};
    if (result.problem.empty()) {
      cells.insert(cells.end(), {english ? "created" : "已登记", result.name, "", ""});
    } else {
      const auto [text, titles] = WordsOf(json::parse(result.problem), columns);
      cells.insert(cells.end(),
                   {english ? "failed" : "未登记", "", csv::Disarmed(text), csv::Disarmed(titles)});
    }
    response.body += csv::Line(cells);
  }
  return response;
}

}  // namespace rectify::gateway
