#include "services/cli/report/figures.h"

#include <functional>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/clock.h"
#include "rectify/hazard/v1/hazard.pb.h"
#include "rectify/reminder/v1/reminder.pb.h"
#include "services/cli/labels.h"

namespace rectify::cli {
namespace {

// The clock that decides whether a finding was rectified in time, and the one that starts when an
// overdue recheck has failed (kinds of the deadline service's policy).
constexpr absl::string_view kCorrectionTerm = "correction_term";
constexpr absl::string_view kNextInstrument = "next_instrument";

std::string LastPart(absl::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

// What became of a finding.
struct Fate {
  const ClockFact* term = nullptr;  // its latest correction term
  bool escalated = false;
};

class Computer {
 public:
  Computer(const Facts& facts, int year, absl::CivilDay as_of)
      : facts_(facts),
        begin_(StartOfDay(absl::CivilDay(year, 1, 1))),
        end_(StartOfDay(absl::CivilDay(year + 1, 1, 1))) {
    figures_.year = year;
    figures_.as_of = as_of;
    NoteFates();
  }

  YearFigures Run() {
    Totals();
    ByClass();
    ByStreet();
    ByMonth();
    ByDepartment();
    Clocks();
    Reminders();
    return std::move(figures_);
  }

 private:
  bool InYear(absl::Time time) const { return begin_ <= time && time < end_; }

  void NoteFates() {
    for (const auto& [name, clock] : facts_.clocks) {
      for (const std::string& finding : clock.findings) {
        Fate& fate = fates_[finding];
        if (clock.kind == kNextInstrument) fate.escalated = true;
        if (clock.kind != kCorrectionTerm || clock.state == ClockFact::State::kCancelled) continue;
        if (fate.term == nullptr || fate.term->started <= clock.started) fate.term = &clock;
      }
    }
    for (const auto& [key, penalty] : facts_.penalties) {
      auto order = facts_.orders.find(penalty.order);
      if (order == facts_.orders.end()) continue;
      for (const std::string& finding : order->second.findings) fates_[finding].escalated = true;
    }
  }

  FigureSection& AddSection(Heading heading, std::string row_label, std::vector<Heading> columns) {
    figures_.sections.push_back({std::move(heading), std::move(row_label), std::move(columns), {}});
    return figures_.sections.back();
  }

  static FigureRow& AddRow(FigureSection& section, Heading heading) {
    section.rows.push_back({std::move(heading), std::vector<Records>(section.columns.size())});
    return section.rows.back();
  }

  // The last row: what all rows name together.
  static void AddSum(FigureSection& section) {
    FigureRow sum{{"all", "合计"}, std::vector<Records>(section.columns.size())};
    for (const FigureRow& row : section.rows) {
      for (size_t i = 0; i < row.cells.size(); ++i) {
        sum.cells[i].insert(row.cells[i].begin(), row.cells[i].end());
      }
    }
    section.rows.push_back(std::move(sum));
  }

  void Totals() {
    FigureSection& section = AddSection({"total", "总数"}, "事项", {{"count", "数量"}});
    Records& venues = AddRow(section, {"venues", "单位"}).cells[0];
    for (const auto& [name, venue] : facts_.venues) venues.insert(name);
    Records& inspections = AddRow(section, {"inspections", "检查"}).cells[0];
    for (const auto& [name, inspection] : facts_.inspections) {
      if (InYear(inspection.time)) inspections.insert(name);
    }
    Records& findings = AddRow(section, {"findings", "隐患"}).cells[0];
    for (const auto& [name, finding] : facts_.findings) {
      if (InYear(finding.found)) findings.insert(name);
    }
    Records& served = AddRow(section, {"orders_served", "送达责令改正通知书"}).cells[0];
    for (const auto& [name, order] : facts_.orders) {
      if (InYear(order.served)) served.insert(name);
    }
    Records& closed = AddRow(section, {"orders_closed", "复查合格销案"}).cells[0];
    for (const auto& [name, order] : facts_.orders) {
      if (InYear(order.closed)) closed.insert(name);
    }
    Records& failed = AddRow(section, {"orders_failed", "曾复查不合格"}).cells[0];
    for (const auto& [name, order] : facts_.orders) {
      if (order.failed_rechecks > 0 && InYear(order.drafted)) failed.insert(name);
    }
    Records& penalised = AddRow(section, {"venues_penalised", "受处罚单位"}).cells[0];
    for (const auto& [key, penalty] : facts_.penalties) {
      if (InYear(penalty.recorded)) penalised.insert(penalty.venue);
    }
  }

  // ---- Findings by something

  FigureSection& AddFindingSection(Heading heading, std::string row_label) {
    return AddSection(std::move(heading), std::move(row_label),
                      {{"found", "发现"},
                       {"on_spot", "当场改正"},
                       {"ordered", "责令改正"},
                       {"in_time", "按期改正"},
                       {"late", "逾期改正"},
                       {"overdue", "逾期未改"},
                       {"running", "期限内"},
                       {"escalated", "升级处置"},
                       {"transferred", "已移送"}});
  }

  // Sorts each finding of the year into the row that `row_of` names; "" leaves it out.
  void SortFindings(FigureSection& section, const std::vector<Heading>& rows,
                    const std::function<std::string(const FindingFact&)>& row_of) {
    std::map<std::string, size_t> index;
    for (const Heading& row : rows) {
      index[row.key] = section.rows.size();
      AddRow(section, row);
    }
    for (const auto& [name, finding] : facts_.findings) {
      if (!InYear(finding.found)) continue;
      const std::string key = row_of(finding);
      if (key.empty()) continue;
      auto [at, added] = index.try_emplace(key, section.rows.size());
      if (added) AddRow(section, {key, absl::StrCat("（", key, "）")});
      Sort(name, finding, section.rows[at->second].cells);
    }
    AddSum(section);
  }

  void Sort(const std::string& name, const FindingFact& finding, std::vector<Records>& cells) {
    enum {
      kFound,
      kOnSpot,
      kOrdered,
      kInTime,
      kLate,
      kOverdue,
      kRunning,
      kEscalated,
      kTransferred
    };
    cells[kFound].insert(name);
    if (finding.disposition == hazard::v1::DISPOSITION_CORRECTED_ON_SPOT) {
      cells[kOnSpot].insert(name);
    }
    if (finding.ordered < absl::InfiniteFuture()) cells[kOrdered].insert(name);
    if (finding.transferred < absl::InfiniteFuture()) cells[kTransferred].insert(name);
    const Fate& fate = fates_[name];
    if (fate.escalated) cells[kEscalated].insert(name);
    if (fate.term == nullptr) return;
    switch (fate.term->state) {
      case ClockFact::State::kMetInTime:
        cells[kInTime].insert(name);
        break;
      case ClockFact::State::kMetLate:
        cells[kLate].insert(name);
        break;
      case ClockFact::State::kRunning:
        cells[fate.term->overdue ? kOverdue : kRunning].insert(name);
        break;
      case ClockFact::State::kCancelled:
        break;
    }
  }

  const VenueFact& VenueOf(const FindingFact& finding) const {
    static const VenueFact* unknown = new VenueFact;
    auto venue = facts_.venues.find(finding.venue);
    return venue == facts_.venues.end() ? *unknown : venue->second;
  }

  static std::string ClassKey(int venue_class) {
    const auto value = static_cast<venue::v1::VenueClass>(venue_class);
    return venue::v1::VenueClass_Name(value).substr(sizeof("VENUE_CLASS_") - 1);
  }

  void ByClass() {
    std::vector<Heading> rows;
    for (int i = venue::v1::VENUE_CLASS_CROWDED; i <= venue::v1::VENUE_CLASS_PRODUCTION_STORAGE;
         ++i) {
      rows.push_back({ClassKey(i), VenueClassLabel(static_cast<venue::v1::VenueClass>(i))});
    }
    SortFindings(AddFindingSection({"class", "分类别"}, "类别"), rows,
                 [&](const FindingFact& f) { return ClassKey(VenueOf(f).venue_class); });
  }

  static std::vector<Heading> Desks(const std::map<std::string, std::string>& desks) {
    std::vector<Heading> rows;
    for (const auto& [name, label] : desks) rows.push_back({LastPart(name), label});
    return rows;
  }

  void ByStreet() {
    SortFindings(AddFindingSection({"street", "分街道"}, "街道"), Desks(facts_.streets),
                 [&](const FindingFact& f) { return LastPart(VenueOf(f).street); });
  }

  void ByMonth() {
    std::vector<Heading> rows;
    for (int month = 1; month <= 12; ++month) {
      if (absl::CivilDay(figures_.year, month, 1) > figures_.as_of) break;
      rows.push_back({absl::StrCat(month), absl::StrCat(month, "月")});
    }
    SortFindings(AddFindingSection({"month", "分月份"}, "发现月份"), rows,
                 [](const FindingFact& f) { return absl::StrCat(CivilDayOf(f.found).month()); });
  }

  void ByDepartment() {
    SortFindings(AddFindingSection({"department", "分部门（移送）"}, "部门"),
                 Desks(facts_.departments),
                 [](const FindingFact& f) { return LastPart(f.transfer_department); });
  }

  // ---- Clocks

  // Whose duty: the party's, the enforcement side's, or another department's.
  static Heading SideOf(const std::string& owner) {
    if (absl::StrContains(owner, "/venues/")) return {"venue", "单位"};
    if (absl::StrContains(owner, "/departments/") || absl::StrContains(owner, "/streets/")) {
      return {"department", "部门街道"};
    }
    return {"officer", "监督"};
  }

  void Clocks() {
    FigureSection& section = AddSection({"clocks", "双方法定时限"}, "时限",
                                        {{"started", "起算"},
                                         {"in_time", "按期"},
                                         {"late", "逾期完成"},
                                         {"overdue", "逾期未完成"},
                                         {"running", "未到期"},
                                         {"cancelled", "终止"}});
    std::map<std::string, FigureRow> rows;
    for (const auto& [name, clock] : facts_.clocks) {
      if (!InYear(clock.started)) continue;
      const Heading side = SideOf(clock.owner);
      const Heading kind{absl::StrCat(side.key, ":", clock.kind),
                         absl::StrCat(side.label, "：", clock.title)};
      const Heading all{absl::StrCat(side.key, ":"), absl::StrCat(side.label, "一侧 小计")};
      for (const Heading& heading : {kind, all}) {
        FigureRow& row = rows[heading.key];
        if (row.cells.empty()) row = {heading, std::vector<Records>(section.columns.size())};
        row.cells[0].insert(name);
        row.cells[Column(clock)].insert(name);
      }
    }
    for (auto& [key, row] : rows) section.rows.push_back(std::move(row));
    AddSum(section);
  }

  static int Column(const ClockFact& clock) {
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

  // ---- Reminders

  void Reminders() {
    FigureSection& section = AddSection({"reminders", "提醒结果"}, "结果", {{"count", "条数"}});
    std::map<int, Records> outcomes;
    for (const auto& [name, reminder] : facts_.reminders) {
      if (InYear(reminder.settled)) outcomes[reminder.outcome].insert(name);
    }
    for (auto& [outcome, records] : outcomes) {
      const auto state = static_cast<reminder::v1::Reminder::State>(outcome);
      const std::string name = reminder::v1::Reminder::State_Name(state);
      AddRow(section, {name.substr(sizeof("STATE_") - 1), ReminderStateLabel(state)}).cells[0] =
          std::move(records);
    }
    AddSum(section);
  }

  const Facts& facts_;
  const absl::Time begin_, end_;
  std::map<std::string, Fate> fates_;
  YearFigures figures_;
};

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

YearFigures ComputeFigures(const Facts& facts, int year, absl::CivilDay as_of) {
  return Computer(facts, year, as_of).Run();
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
