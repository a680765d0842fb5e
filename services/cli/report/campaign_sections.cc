#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "rectify/hazard/v1/department_task.pb.h"
#include "rectify/hazard/v1/self_inspection.pb.h"
#include "services/cli/report/sections.h"

namespace rectify::cli {
namespace {

// The row of a campaign and a class or department, by key.
Heading RowOf(const YearView& view, const CampaignDutyFact& duty) {
  auto campaign = view.facts.campaigns.find(duty.campaign);
  auto department = view.facts.departments.find(duty.of);
  return {
      absl::StrCat(LastPart(duty.campaign), ":", LastPart(duty.of)),
      absl::StrCat(
          campaign == view.facts.campaigns.end() ? LastPart(duty.campaign) : campaign->second, "：",
          department == view.facts.departments.end() ? LastPart(duty.of) : department->second)};
}

// Sorts duties into `section`: each into the first column and into those that `columns` names.
void SortDuties(const YearView& view, const std::map<std::string, CampaignDutyFact>& duties,
                const std::function<std::vector<int>(const CampaignDutyFact&)>& columns,
                FigureSection& section) {
  std::map<std::string, FigureRow> rows;
  for (const auto& [name, duty] : duties) {
    if (!view.Has(duty.begun)) continue;
    Heading heading = RowOf(view, duty);
    FigureRow& row = rows[heading.key];
    if (row.cells.empty()) row = {heading, std::vector<Records>(section.columns.size())};
    row.cells[0].insert(name);
    for (int column : columns(duty)) row.cells[column].insert(name);
  }
  for (auto& [key, row] : rows) section.rows.push_back(std::move(row));
  AddSum(section);
}

}  // namespace

FigureSection SelfInspectionSection(const YearView& view) {
  using hazard::v1::SelfInspection;
  FigureSection section{{"self_inspections", "自查自改"},
                        "专项行动与类别",
                        {{"asked", "部署"},
                         {"reported", "已上报"},
                         {"confirmed", "已确认"},
                         {"closed", "已办结"},
                         {"problems", "查出问题"}},
                        {}};
  SortDuties(
      view, view.facts.self_inspections,
      [](const CampaignDutyFact& duty) {
        std::vector<int> columns;
        for (int state = SelfInspection::STATE_REPORTED; state <= duty.state; ++state) {
          columns.push_back(state - SelfInspection::STATE_REPORTED + 1);
        }
        if (duty.problems) columns.push_back(4);
        return columns;
      },
      section);
  return section;
}

FigureSection DepartmentTaskSection(const YearView& view) {
  using hazard::v1::DepartmentTask;
  FigureSection section{{"tasks", "部门任务"},
                        "专项行动与部门",
                        {{"assigned", "下达"}, {"reported", "待验收"}, {"accepted", "已办结"}},
                        {}};
  SortDuties(
      view, view.facts.department_tasks,
      [](const CampaignDutyFact& duty) -> std::vector<int> {
        if (duty.state == DepartmentTask::STATE_REPORTED) return {1};
        if (duty.state == DepartmentTask::STATE_ACCEPTED) return {2};
        return {};
      },
      section);
  return section;
}

}  // namespace rectify::cli
