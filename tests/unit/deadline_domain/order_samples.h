// Orders of the first days of 2023, at every point of their life, with the shipped policy and
// calendars.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/testing/status_matchers.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/order.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "tests/unit/deadline_domain/notice_files.h"

namespace rectify::deadline::domain {

inline absl::Time At(int year, int month, int day, int hour = 10, int minute = 0) {
  return StartOfDay(absl::CivilDay(year, month, day)) + absl::Hours(hour) + absl::Minutes(minute);
}

inline std::string Finding(int n) { return absl::StrCat("districts/120110/findings/f", n); }

inline const std::string kLi = "districts/120110/officers/li";
inline const std::string kWang = "districts/120110/officers/wang";
inline const std::string kVenue = "districts/120110/venues/wujin";

inline Policy ShippedPolicy() {
  static const auto& policy = *new absl::StatusOr<Policy>(events::ReadPolicy(""));
  EXPECT_OK(policy);
  return *policy;
}

inline Officers TwoOfficers() {
  auto officer = [](const std::string& name) {
    return Officer{name,
                   name,
                   absl::CivilDay(2020, 1, 1),
                   absl::CivilDay(2025, 12, 31),
                   absl::CivilDay(2020, 1, 1),
                   std::nullopt};
  };
  return {{kLi, officer(kLi)}, {kWang, officer(kWang)}};
}

inline FindingFacts TermFinding(int n, int term_days) {
  return {.finding = Finding(n),
          .catalog_code = "B02",
          .title = "消防设施器材未保持完好有效",
          .description = "室内消火栓箱门损坏",
          .location = "西区一层",
          .basis = "消防法第十六条",
          .required_action = "更换箱门",
          .disposition = Disposition::kOrder,
          .term_days = term_days};
}

inline InspectionFacts InspectionOf(std::vector<FindingFacts> findings) {
  return {.inspection = "districts/120110/inspections/i1",
          .venue = kVenue,
          .party = "北方五金城（示例）",
          .street = "districts/120110/streets/120110001",
          .inspect_time = At(2023, 1, 4, 9, 30),
          .officers = {kLi, kWang},
          .findings = std::move(findings)};
}

// A term order of items with the given terms, drafted at the end of the inspection.
inline Order Drafted(std::vector<int> terms = {7}) {
  std::vector<FindingFacts> findings;
  for (size_t i = 0; i < terms.size(); ++i) {
    findings.push_back(TermFinding(static_cast<int>(i) + 1, terms[i]));
  }
  Order order =
      DraftOrders(InspectionOf(std::move(findings)), ShippedPolicy(), At(2023, 1, 4, 11)).at(0);
  order.name = "districts/120110/orders/o1";
  return order;
}

inline Order DraftedImmediate() {
  FindingFacts finding = TermFinding(1, 0);
  finding.at_once = true;
  Order order = DraftOrders(InspectionOf({finding}), ShippedPolicy(), At(2023, 1, 4, 11)).at(0);
  order.name = "districts/120110/orders/o1";
  return order;
}

inline Signer SignerOf(const std::string& role) {
  const std::string name = "districts/120110/officers/" + role;
  return {name, {name}, {role}};
}

// The officer Li, who handles the sample orders.
inline Signer Handler() { return {kLi, {kLi}, {"INSPECTOR"}, "users/li"}; }

inline Order Approved(Order order) {
  const absl::Time now = At(2023, 1, 5);
  order = *Submit(std::move(order), Handler(), now);
  for (const Approval& step : std::vector<Approval>(order.approvals)) {
    order = *Approve(std::move(order), SignerOf(step.role), "同意", now);
  }
  return order;
}

inline Order Issued(Order order) {
  return *Issue(Approved(std::move(order)), "津丽消限字〔2023〕第0001号", At(2023, 1, 5, 11));
}

inline ServiceRecord ServiceAt(absl::Time time) {
  return {ServiceMethod::kDirect, time, "示例收件人", {kLi, kWang}, "送达回证", ""};
}

inline Order Served(Order order, absl::Time time) {
  static const auto& calendar = *new workday::Calendar(ReadCalendar());
  return *Serve(Issued(std::move(order)), ServiceAt(time), TwoOfficers(), ShippedPolicy(), calendar,
                time);
}

// Three people; as many as `against` disagree.
inline Deliberation DeliberationAt(absl::Time time, int against = 0) {
  Deliberation deliberation{
      .meet_time = time,
      .place = "支队会议室",
      .chair = "districts/120110/officers/chief",
      .participants = {},
      .absentees = {{"districts/120110/officers/deputy", "外出培训"}},
      .recusals = {{"districts/120110/officers/cousin", "与当事人有亲属关系"}},
      .minutes = "一致同意"};
  int left = against;
  for (const char* name : {"legal", "head", "chief"}) {
    deliberation.participants.push_back(
        {absl::StrCat("districts/120110/officers/", name), --left < 0, "意见"});
  }
  return deliberation;
}

// A recheck of the open items but those of `left_out`; those in `open` are not rectified.
inline Recheck RecheckOf(const Order& order, absl::Time time, std::vector<std::string> open = {},
                         std::vector<std::string> left_out = {}) {
  Recheck recheck{time, {kLi, kWang}, {}};
  for (const OrderItem& item : order.items) {
    const bool left = std::find(left_out.begin(), left_out.end(), item.finding) != left_out.end();
    if (!item.open() || left) continue;
    const bool rectified = std::find(open.begin(), open.end(), item.finding) == open.end();
    recheck.results.push_back({item.finding, rectified, "现场查看"});
  }
  return recheck;
}

}  // namespace rectify::deadline::domain
