#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "rectify/hazard/v1/hazard.pb.h"
#include "services/cli/labels.h"
#include "services/cli/report/sections.h"

namespace rectify::cli {
namespace {

// The clock that decides whether a finding was rectified in time, and the one that starts when an
// overdue recheck has failed (kinds of the deadline service's policy).
constexpr absl::string_view kCorrectionTerm = "correction_term";
constexpr absl::string_view kNextInstrument = "next_instrument";

// What became of a finding.
struct Fate {
  const ClockFact* term = nullptr;  // its latest correction term
  bool escalated = false;
};

class Sorter {
 public:
  explicit Sorter(const YearView& view) : view_(view), facts_(view.facts) { NoteFates(); }

  std::vector<FigureSection> Run() {
    ByClass();
    ByStreet();
    ByMonth();
    ByDepartment();
    return std::move(sections_);
  }

 private:
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

  FigureSection& AddFindingSection(Heading heading, std::string row_label) {
    sections_.push_back({std::move(heading),
                         std::move(row_label),
                         {{"found", "发现"},
                          {"on_spot", "当场改正"},
                          {"ordered", "责令改正"},
                          {"in_time", "按期改正"},
                          {"late", "逾期改正"},
                          {"overdue", "逾期未改"},
                          {"running", "期限内"},
                          {"escalated", "升级处置"},
                          {"transferred", "已移送"}},
                         {}});
    return sections_.back();
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
      if (!view_.Has(finding.found)) continue;
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
      if (absl::CivilDay(view_.year, month, 1) > view_.as_of) break;
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

  const YearView& view_;
  const Facts& facts_;
  std::map<std::string, Fate> fates_;
  std::vector<FigureSection> sections_;
};

}  // namespace

std::vector<FigureSection> FindingSections(const YearView& view) { return Sorter(view).Run(); }

}  // namespace rectify::cli
