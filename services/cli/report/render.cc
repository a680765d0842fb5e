#include "services/cli/report/render.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "services/cli/output.h"

namespace rectify::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string Title(const YearFigures& figures) {
  return absl::StrCat(figures.year, "年火灾隐患整改报告（截至", FormatCivilDay(figures.as_of),
                      "）");
}

// A brief report leaves out the breakdowns by street and month, and each single kind of clock.
bool InBrief(const FigureSection& section) {
  return section.heading.key != "street" && section.heading.key != "month";
}
bool InBrief(const FigureSection& section, const FigureRow& row) {
  return section.heading.key != "clocks" || !absl::StrContains(row.heading.key, ":") ||
         absl::EndsWith(row.heading.key, ":");
}

std::string SectionText(const FigureSection& section, bool brief) {
  std::vector<std::string> header = {section.row_label};
  for (const Heading& column : section.columns) header.push_back(column.label);
  Table table(std::move(header));
  for (const FigureRow& row : section.rows) {
    if (brief && !InBrief(section, row)) continue;
    std::vector<std::string> cells = {row.heading.label};
    for (const Records& records : row.cells) cells.push_back(absl::StrCat(records.size()));
    table.Add(std::move(cells));
  }
  return absl::StrCat("\n【", section.heading.label, "】\n", table.Text());
}

}  // namespace

Json ReportJson(const YearFigures& figures, const Facts& facts) {
  Json json;
  json["year"] = figures.year;
  json["as_of"] = FormatCivilDay(figures.as_of);
  for (const FigureSection& section : figures.sections) {
    Json& rows = json["sections"][section.heading.key] = Json::object();
    for (const FigureRow& row : section.rows) {
      Json& cells = rows[row.heading.key] = {{"label", row.heading.label}};
      for (size_t i = 0; i < row.cells.size(); ++i) {
        cells[section.columns[i].key] = row.cells[i].size();
      }
    }
  }
  for (const auto& [source, feed] : facts.feeds) {
    json["rests_on"][source] = {{"position", feed.position}, {"sha256", feed.sha256}};
  }
  return json;
}

std::string ReportText(const YearFigures& figures, const Facts& facts, bool brief) {
  std::string text = Title(figures) + "\n";
  for (const FigureSection& section : figures.sections) {
    if (!brief || InBrief(section)) absl::StrAppend(&text, SectionText(section, brief));
  }
  absl::StrAppend(&text, "\n【依据】\n");
  Table feeds({"事件源", "位置", "摘要"});
  for (const auto& [source, feed] : facts.feeds) {
    feeds.Add({source, absl::StrCat(feed.position), feed.sha256.substr(0, 16)});
  }
  return text + feeds.Text();
}

}  // namespace rectify::cli
