#include "services/cli/report/figures.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/clock.h"
#include "rectify/deadline/v1/clock.pb.h"
#include "rectify/followup/v1/visit.pb.h"
#include "rectify/hazard/v1/hazard.pb.h"
#include "rectify/hazard/v1/lead.pb.h"
#include "rectify/reminder/v1/reminder.pb.h"
#include "services/cli/labels.h"
#include "services/cli/report/sections.h"

namespace rectify::cli {
namespace {

FigureSection Totals(const YearView& view) {
  const Facts& facts = view.facts;
  FigureSection section{{"total", "总数"}, "事项", {{"count", "数量"}}, {}};
  Records& venues = AddRow(section, {"venues", "单位"}).cells[0];
  for (const auto& [name, venue] : facts.venues) venues.insert(name);
  Records& inspections = AddRow(section, {"inspections", "检查"}).cells[0];
  for (const auto& [name, inspection] : facts.inspections) {
    if (view.Has(inspection.time)) inspections.insert(name);
  }
  Records& findings = AddRow(section, {"findings", "隐患"}).cells[0];
  for (const auto& [name, finding] : facts.findings) {
    if (view.Has(finding.found)) findings.insert(name);
  }
  Records& served = AddRow(section, {"orders_served", "送达责令改正通知书"}).cells[0];
  for (const auto& [name, order] : facts.orders) {
    if (view.Has(order.served)) served.insert(name);
  }
  Records& closed = AddRow(section, {"orders_closed", "复查合格销案"}).cells[0];
  for (const auto& [name, order] : facts.orders) {
    if (view.Has(order.closed)) closed.insert(name);
  }
  Records& failed = AddRow(section, {"orders_failed", "曾复查不合格"}).cells[0];
  for (const auto& [name, order] : facts.orders) {
    if (order.failed_rechecks > 0 && view.Has(order.drafted)) failed.insert(name);
  }
  Records& penalised = AddRow(section, {"venues_penalised", "受处罚单位"}).cells[0];
  for (const auto& [key, penalty] : facts.penalties) {
    if (view.Has(penalty.recorded)) penalised.insert(penalty.venue);
  }
  return section;
}

// ---- Inspections by why they took place

FigureSection Inspections(const YearView& view) {
  FigureSection section{{"inspections", "监督检查形式"},
                        "形式",
                        {{"count", "次数"}, {"with_findings", "发现隐患的"}, {"findings", "隐患"}},
                        {}};
  const std::pair<int, Heading> kinds[] = {
      {hazard::v1::INSPECTION_KIND_ROUTINE, {"ROUTINE", "日常监督抽查"}},
      {hazard::v1::INSPECTION_KIND_RANDOM, {"RANDOM", "双随机"}},
      {hazard::v1::INSPECTION_KIND_OPENING, {"OPENING", "开业检查"}},
      {hazard::v1::INSPECTION_KIND_COMPLAINT, {"COMPLAINT", "举报投诉核查"}},
      {hazard::v1::INSPECTION_KIND_CAMPAIGN, {"CAMPAIGN", "专项检查"}},
      {hazard::v1::INSPECTION_KIND_TEACHING, {"TEACHING", "教学培训式检查"}},
      {hazard::v1::INSPECTION_KIND_RECHECK, {"RECHECK", "复查"}}};
  for (const auto& [kind, heading] : kinds) {
    std::vector<Records>& cells = AddRow(section, heading).cells;
    for (const auto& [name, inspection] : view.facts.inspections) {
      // Events from before there were kinds say none.
      const int its = inspection.kind == 0 ? hazard::v1::INSPECTION_KIND_ROUTINE : inspection.kind;
      if (its != kind || !view.Has(inspection.time)) continue;
      cells[0].insert(name);
      if (!inspection.findings.empty()) cells[1].insert(name);
      cells[2].insert(inspection.findings.begin(), inspection.findings.end());
    }
  }
  AddSum(section);
  return section;
}

// ---- Leads by where they come from

FigureSection Leads(const YearView& view) {
  using hazard::v1::Lead;
  FigureSection section{{"leads", "线索"},
                        "来源",
                        {{"received", "收到"},
                         {"confirmed", "核查属实"},
                         {"not_confirmed", "核查不实"},
                         {"replied", "已答复"},
                         {"refused", "不予受理"},
                         {"transferred", "移送"}},
                        {}};
  const std::pair<int, Heading> sources[] = {{Lead::SOURCE_GRID_WORKER, {"GRID_WORKER", "网格员"}},
                                             {Lead::SOURCE_COMPLAINT, {"COMPLAINT", "举报投诉"}},
                                             {Lead::SOURCE_DEPARTMENT, {"DEPARTMENT", "部门移送"}},
                                             {Lead::SOURCE_OTHER, {"OTHER", "其他"}}};
  for (const auto& [source, heading] : sources) {
    std::vector<Records>& cells = AddRow(section, heading).cells;
    for (const auto& [name, lead] : view.facts.leads) {
      if (lead.source != source || !view.Has(lead.received)) continue;
      cells[0].insert(name);
      if (lead.outcome == Lead::OUTCOME_CONFIRMED) cells[1].insert(name);
      if (lead.outcome == Lead::OUTCOME_NOT_CONFIRMED) cells[2].insert(name);
      if (lead.state == Lead::STATE_CLOSED) cells[3].insert(name);
      if (lead.state == Lead::STATE_REFUSED) cells[4].insert(name);
      if (lead.state == Lead::STATE_TRANSFERRED) cells[5].insert(name);
    }
  }
  AddSum(section);
  return section;
}

// ---- Clocks by whose duty they are and by kind

Heading SideHeading(int side) {
  if (side == deadline::v1::CLOCK_SIDE_VENUE) return {"venue", "单位"};
  if (side == deadline::v1::CLOCK_SIDE_DEPARTMENT) return {"department", "部门街道"};
  return {"authority", "监督"};
}

int ClockColumn(const ClockFact& clock) {
  switch (clock.state) {
    case ClockFact::State::kMetInTime:
      return 1;
    case ClockFact::State::kMetLate:
      return 2;
    case ClockFact::State::kRunning:
      return clock.overdue ? 3 : 4;
    case ClockFact::State::kCancelled:
      return 5;
  }
  return 5;
}

FigureSection Clocks(const YearView& view) {
  FigureSection section{{"clocks", "双方法定时限"},
                        "时限",
                        {{"started", "起算"},
                         {"in_time", "按期"},
                         {"late", "逾期完成"},
                         {"overdue", "逾期未完成"},
                         {"running", "未到期"},
                         {"cancelled", "终止"}},
                        {}};
  std::map<std::string, FigureRow> rows;
  for (const auto& [name, clock] : view.facts.clocks) {
    if (!view.Has(clock.started)) continue;
    const Heading side = SideHeading(clock.side);
    const Heading kind{absl::StrCat(side.key, ":", clock.kind),
                       absl::StrCat(side.label, "：", clock.title)};
    const Heading all{absl::StrCat(side.key, ":"), absl::StrCat(side.label, "一侧 小计")};
    for (const Heading& heading : {kind, all}) {
      FigureRow& row = rows[heading.key];
      if (row.cells.empty()) row = {heading, std::vector<Records>(section.columns.size())};
      row.cells[0].insert(name);
      row.cells[ClockColumn(clock)].insert(name);
    }
  }
  for (auto& [key, row] : rows) section.rows.push_back(std::move(row));
  AddSum(section);
  return section;
}

// ---- Reminders by outcome

FigureSection Reminders(const YearView& view) {
  FigureSection section{{"reminders", "提醒结果"}, "结果", {{"count", "条数"}}, {}};
  std::map<int, Records> outcomes;
  for (const auto& [name, reminder] : view.facts.reminders) {
    if (view.Has(reminder.settled)) outcomes[reminder.outcome].insert(name);
  }
  for (auto& [outcome, records] : outcomes) {
    const auto state = static_cast<reminder::v1::Reminder::State>(outcome);
    const std::string name = reminder::v1::Reminder::State_Name(state);
    AddRow(section, {name.substr(sizeof("STATE_") - 1), ReminderStateLabel(state)}).cells[0] =
        std::move(records);
  }
  AddSum(section);
  return section;
}

// ---- Draws and visits by quarter, for the committee

FigureSection Visits(const YearView& view, const CommitteeFacts& facts) {
  using followup::v1::Visit;
  FigureSection section{{"visits", "纪委抽取与回访"},
                        "季度",
                        {{"draws", "抽取"},
                         {"drawn", "抽中"},
                         {"done", "已回访"},
                         {"planned", "待回访"},
                         {"replaced", "改换"}},
                        {}};
  for (int quarter = 1; quarter <= 4; ++quarter) {
    const std::string code = absl::StrCat(view.year, "Q", quarter);
    std::vector<Records>& cells = AddRow(section, {code, code}).cells;
    for (const auto& [name, draw] : facts.draws) {
      if (draw.quarter == code && !draw.abandoned) cells[0].insert(name);
    }
    for (const auto& [name, visit] : facts.visits) {
      if (cells[0].count(visit.draw) == 0) continue;
      cells[1].insert(name);
      if (visit.state == Visit::STATE_DONE) cells[2].insert(name);
      if (visit.state == Visit::STATE_PLANNED) cells[3].insert(name);
      if (visit.state == Visit::STATE_REPLACED) cells[4].insert(name);
    }
  }
  AddSum(section);
  return section;
}

template <typename Items, typename KeyOf>
std::string Choices(const Items& items, KeyOf key_of) {
  return absl::StrJoin(
      items, "、", [&](std::string* out, const auto& item) { absl::StrAppend(out, key_of(item)); });
}

// The place of `key` among `items`; NOT_FOUND lists what there is.
template <typename Items, typename KeyOf>
absl::StatusOr<size_t> Find(const Items& items, KeyOf key_of, absl::string_view what,
                            absl::string_view key) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (key_of(items[i]) == key) return i;
  }
  return absl::NotFoundError(
      absl::StrCat("没有", what, " “", key, "”，可用：", Choices(items, key_of)));
}

}  // namespace

bool YearView::Has(absl::Time time) const {
  return StartOfDay(absl::CivilDay(year, 1, 1)) <= time &&
         time < StartOfDay(absl::CivilDay(year + 1, 1, 1));
}

std::string LastPart(const std::string& name) { return name.substr(name.rfind('/') + 1); }

FigureRow& AddRow(FigureSection& section, Heading heading) {
  section.rows.push_back({std::move(heading), std::vector<Records>(section.columns.size())});
  return section.rows.back();
}

void AddSum(FigureSection& section) {
  FigureRow sum{{"all", "合计"}, std::vector<Records>(section.columns.size())};
  for (const FigureRow& row : section.rows) {
    for (size_t i = 0; i < row.cells.size(); ++i) {
      sum.cells[i].insert(row.cells[i].begin(), row.cells[i].end());
    }
  }
  section.rows.push_back(std::move(sum));
}

YearFigures ComputeFigures(const Facts& facts, int year, absl::CivilDay as_of) {
  const YearView view{facts, year, as_of};
  YearFigures figures{year, as_of, {Totals(view)}};
  for (FigureSection& section : FindingSections(view)) {
    figures.sections.push_back(std::move(section));
  }
  figures.sections.push_back(Inspections(view));
  figures.sections.push_back(Leads(view));
  figures.sections.push_back(SelfInspectionSection(view));
  figures.sections.push_back(DepartmentTaskSection(view));
  figures.sections.push_back(Clocks(view));
  figures.sections.push_back(Reminders(view));
  if (facts.committee) figures.sections.push_back(Visits(view, *facts.committee));
  return figures;
}

absl::StatusOr<Records> RecordsOf(const YearFigures& figures, absl::string_view key) {
  const std::vector<std::string> parts = absl::StrSplit(key, '/');
  if (parts.size() != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("应写作 部分/行/列，例如 class/CROWDED/found，而不是 “", key, "”"));
  }
  auto by_heading = [](const auto& item) { return item.heading.key; };
  absl::StatusOr<size_t> section = Find(figures.sections, by_heading, "部分", parts[0]);
  if (!section.ok()) return section.status();
  const FigureSection& found = figures.sections[*section];
  absl::StatusOr<size_t> row = Find(found.rows, by_heading, "行", parts[1]);
  if (!row.ok()) return row.status();
  absl::StatusOr<size_t> column = Find(
      found.columns, [](const Heading& h) { return h.key; }, "列", parts[2]);
  if (!column.ok()) return column.status();
  return found.rows[*row].cells[*column];
}

}  // namespace rectify::cli
