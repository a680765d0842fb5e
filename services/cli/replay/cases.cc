#include "services/cli/replay/cases.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/csv/csv_reader.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/order_life_service.pb.h"
#include "services/cli/replay/case_row.h"

namespace rectify::cli {
namespace {

using deadline::v1::OrderKind;
using scenario::v1::Step;

// Office hours at which things happen. Few of them, so that much happens at one instant and a year
// stays short.
constexpr absl::Duration kMorning = absl::Hours(10);
constexpr absl::Duration kAfternoon = absl::Hours(15);
// An immediate order is made, served and rechecked on the spot.
constexpr absl::Duration kMakeAtOnce = absl::Minutes(20);
constexpr absl::Duration kServeAtOnce = absl::Minutes(30);
constexpr absl::Duration kRecheckAtOnce = absl::Minutes(90);
// Working days after the cause. The statute gives three for serving, rechecking and transferring.
constexpr int kApproveAfter = 1;
constexpr int kServeAfter = 2;
constexpr int kRecheckAfter = 2;
constexpr int kTransferAfter = 2;
constexpr int kTooLate = 5;
// A party that is in time reports some days before the first term ends, and one that is not is
// looked after again and again.
constexpr int kReportBefore = 5;
constexpr int kLookAgainAfter = 45;
// Days before the first due date on which more time is asked for.
constexpr int kAskBefore = 6;
// Working days from the failed recheck to the talk and to the penalty.
constexpr int kTalkAfter = 3;
constexpr int kPenaltyAfter = 10;

class Expander {
 public:
  Expander(const CaseRow& row, const std::string& district, const workday::Calendar& calendar,
           absl::Time end)
      : row_(row),
        district_(district),
        calendar_(calendar),
        end_(end),
        inspected_(CivilDayOf(row.inspected)) {}

  absl::StatusOr<std::vector<PlannedStep>> Run() {
    AddInspection();
    if (row_.Has(CaseFinding::Kind::kAtOnce)) AddImmediateOrder();
    if (row_.Has(CaseFinding::Kind::kTransfer)) AddTransfer();
    if (row_.Has(CaseFinding::Kind::kTerm)) AddTermOrder();
    if (beyond_calendar_) {
      return absl::FailedPreconditionError(
          absl::StrCat("案件 ", row_.key, " 用到的年份没有节假日安排"));
    }
    return std::move(steps_);
  }

 private:
  // ---- Days. Past the calendar everything is far away, and the row is refused.

  absl::CivilDay After(absl::CivilDay day, int workdays) {
    return Known(calendar_.AddWorkdays(day, workdays), day);
  }
  absl::CivilDay OnOrAfter(absl::CivilDay day) {
    return Known(calendar_.WorkdayOnOrAfter(day), day);
  }
  absl::CivilDay Known(std::optional<absl::CivilDay> day, absl::CivilDay otherwise) {
    // Only what happens in the scenario must be known.
    if (!day && StartOfDay(otherwise) <= end_) beyond_calendar_ = true;
    return day.value_or(otherwise);
  }

  // ---- Steps

  Step& Add(absl::Time at) {
    // After the end nothing happens any more; the step is built and forgotten, but keeps its
    // number, so that a scenario with a later end goes on where this one stopped.
    const int number = next_number_++;
    if (at > end_) return forgotten_ = Step();
    steps_.push_back({at, absl::StrCat("case/", row_.key, "/", number), Step()});
    steps_.back().step.set_at(FormatChinaMinute(at));
    return steps_.back().step;
  }
  Step& Add(absl::CivilDay day, absl::Duration time) { return Add(StartOfDay(day) + time); }

  void AddInspection() {
    scenario::v1::Inspect& act = *Add(row_.inspected).mutable_inspect();
    act.set_key(row_.key);
    act.set_venue(row_.venue);
    act.mutable_officers()->Add(row_.officers.begin(), row_.officers.end());
    act.set_summary(row_.summary);
    act.set_kind(row_.kind);
    act.set_campaign(row_.campaign);
    act.set_lead(row_.lead);
    for (const CaseFinding& finding : row_.findings) {
      hazard::v1::Finding& added = *act.add_findings();
      added.set_catalog_code(finding.code);
      added.set_description(finding.text);
      added.set_disposition(hazard::v1::DISPOSITION_ORDER);
      if (finding.kind == CaseFinding::Kind::kOnSpot) {
        added.set_disposition(hazard::v1::DISPOSITION_CORRECTED_ON_SPOT);
      } else if (finding.kind == CaseFinding::Kind::kTransfer) {
        added.set_disposition(hazard::v1::DISPOSITION_TRANSFER);
        added.set_transfer_department(
            absl::StrCat("districts/", district_, "/departments/", finding.department));
      } else {
        added.set_term_days(finding.term_days);
      }
    }
  }

  void AddApproval(absl::Time at, OrderKind kind) {
    scenario::v1::Approve& act = *Add(at).mutable_approve();
    act.set_inspection(row_.key);
    act.set_kind(kind);
  }

  void AddService(absl::Time at, OrderKind kind, deadline::v1::ServiceMethod method) {
    scenario::v1::Serve& act = *Add(at).mutable_serve();
    act.set_inspection(row_.key);
    act.set_kind(kind);
    act.set_method(method);
    act.set_receiver("示例收件人");
    act.set_proof("示例送达回证");
    if (method == deadline::v1::SERVICE_METHOD_LEFT) {
      act.set_refusal("示例：拒绝签收");
      act.mutable_details()->set_place("示例：单位值班室");
      act.mutable_details()->set_witness("示例：社区工作人员");
    } else if (method == deadline::v1::SERVICE_METHOD_MAIL) {
      act.mutable_details()->set_tracking_number("示例EMS0001");
    }
  }

  void AddReport(absl::CivilDay day) {
    scenario::v1::Report& act = *Add(day, kMorning).mutable_report();
    act.set_inspection(row_.key);
    act.set_kind(deadline::v1::ORDER_KIND_TERM);
    act.set_statement("示例：已改正，申请复查");
  }

  void AddRecheck(absl::Time at, OrderKind kind, const std::vector<std::string>& open) {
    scenario::v1::RecheckOrders& act = *Add(at).mutable_recheck();
    act.set_inspection(row_.key);
    act.set_kind(kind);
    act.mutable_open_codes()->Add(open.begin(), open.end());
  }
  void AddRecheck(absl::CivilDay day, const std::vector<std::string>& open) {
    AddRecheck(StartOfDay(day) + kAfternoon, deadline::v1::ORDER_KIND_TERM, open);
  }

  void AddImmediateOrder() {
    AddApproval(row_.inspected + kMakeAtOnce, deadline::v1::ORDER_KIND_IMMEDIATE);
    AddService(row_.inspected + kServeAtOnce, deadline::v1::ORDER_KIND_IMMEDIATE,
               deadline::v1::SERVICE_METHOD_DIRECT);
    AddRecheck(row_.inspected + kRecheckAtOnce, deadline::v1::ORDER_KIND_IMMEDIATE, {});
  }

  void AddTransfer() {
    const int workdays = row_.late_transfer ? kTooLate : kTransferAfter;
    scenario::v1::ConcludeTransfers& act =
        *Add(After(inspected_, workdays), kMorning).mutable_conclude_transfers();
    act.set_inspection(row_.key);
    act.set_outcome("示例：接收部门签收移送函");
  }

  void AddTermOrder() {
    AddApproval(StartOfDay(After(inspected_, kApproveAfter)) + kMorning,
                deadline::v1::ORDER_KIND_TERM);
    served_ = After(inspected_, row_.late_service ? kTooLate : kServeAfter);
    settled_ = served_;
    AddService(StartOfDay(served_) + kAfternoon, deadline::v1::ORDER_KIND_TERM, row_.method);
    std::vector<std::string> codes;
    std::set<absl::CivilDay> due;
    for (const CaseFinding& finding : row_.findings) {
      if (finding.kind != CaseFinding::Kind::kTerm) continue;
      codes.push_back(finding.code);
      due.insert(OnOrAfter(served_ + finding.term_days));
    }
    if (row_.extended_days > 0) due = {AddExtension(*due.begin(), *due.rbegin())};
    switch (row_.course) {
      case Course::kEarly:
        return AddSuccess(After(served_, 1));
      case Course::kInTime:
        return AddSuccess(std::max(After(served_, 1), OnOrAfter(*due.begin() - kReportBefore)));
      case Course::kPartly:
        codes.resize(1);
        [[fallthrough]];
      case Course::kLate:
        AddFailures(due, codes);
        return AddSuccess(OnOrAfter(std::max(*due.rbegin() + row_.late_days, settled_ + 1)));
      case Course::kNever:
        return AddNeverEnding(due, codes);
    }
  }

  // The party reports and the recheck finds everything rectified.
  void AddSuccess(absl::CivilDay reported) {
    AddReport(reported);
    AddRecheck(After(reported, row_.late_recheck ? kTooLate : kRecheckAfter - 1), {});
  }

  // After each due date a recheck that finds `codes` open.
  void AddFailures(const std::set<absl::CivilDay>& due, const std::vector<std::string>& codes) {
    std::set<absl::CivilDay> days;
    for (absl::CivilDay day : due) {
      days.insert(After(day, row_.late_recheck ? kTooLate : kRecheckAfter));
    }
    for (absl::CivilDay day : days) {
      AddRecheck(day, codes);
      settled_ = day;
    }
    if (row_.instrument != deadline::v1::NEXT_INSTRUMENT_UNSPECIFIED) AddInstrument(settled_);
  }

  // What the officer decides when a recheck has failed after the term, and what comes of it.
  void AddInstrument(absl::CivilDay failed) {
    deadline::v1::DecideNextInstrumentRequest decide;
    decide.set_name(OrderReference());
    decide.set_instrument(row_.instrument);
    decide.set_reason("示例：逾期未改正");
    AddCall(After(failed, 1), kMorning, Handler(), "DecideNextInstrument", decide);
    if (row_.instrument == deadline::v1::NEXT_INSTRUMENT_TALK) {
      settled_ = After(failed, kTalkAfter);
      deadline::v1::ConcludeInstrumentRequest conclude;
      conclude.set_name(OrderReference());
      conclude.set_instrument(row_.instrument);
      conclude.set_outcome("示例：已约谈负责人，承诺改正");
      return AddCall(settled_, kAfternoon, Handler(), "ConcludeInstrument", conclude);
    }
    settled_ = After(failed, kPenaltyAfter);
    deadline::v1::RecordPenaltyRequest penalty;
    penalty.set_name(OrderReference());
    penalty.set_decision_number(
        absl::StrCat("示例消行罚决字〔", settled_.year(), "〕第", row_.key, "号"));
    *penalty.mutable_decision_date() = rpc::ToDate(settled_);
    for (const std::string& officer : row_.officers) penalty.add_officers("@officer:" + officer);
    penalty.set_basis("消防法第六十条第一款第七项");
    penalty.set_penalty("示例：罚款五千元");
    AddCall(settled_, kAfternoon, Handler(), "RecordPenalty", penalty);
  }

  // The party asks for more time before the first term ends; returns the new date of all items.
  absl::CivilDay AddExtension(absl::CivilDay first_due, absl::CivilDay last_due) {
    const absl::CivilDay asked = std::max(After(served_, 1), OnOrAfter(first_due - kAskBefore));
    const absl::CivilDay wished = OnOrAfter(last_due + row_.extended_days);
    deadline::v1::RequestExtensionRequest ask;
    ask.set_name(OrderReference());
    ask.set_reason("示例：备件采购周期较长");
    ask.set_safeguards("示例：增派人员巡查，停用相关部位");
    *ask.mutable_wished_date() = rpc::ToDate(wished);
    AddCall(asked, kMorning, "venue:" + row_.venue, "RequestExtension", ask);
    deadline::v1::DecideExtensionRequest decide;
    decide.set_name(OrderReference());
    decide.set_granted(true);
    decide.set_reason("示例：理由属实，措施到位");
    AddCall(After(asked, 1), kMorning, "role:CHIEF", "DecideExtension", decide);
    settled_ = After(asked, 2);
    deadline::v1::ServeExtensionRequest serve;
    serve.set_name(OrderReference());
    deadline::v1::ServiceRecord& service = *serve.mutable_service();
    service.set_method(deadline::v1::SERVICE_METHOD_DIRECT);
    *service.mutable_serve_time() = rpc::ToTimestamp(StartOfDay(settled_) + kAfternoon);
    service.set_receiver("示例收件人");
    service.set_proof("示例送达回证");
    for (const std::string& officer : row_.officers) service.add_officers("@officer:" + officer);
    AddCall(settled_, kAfternoon, Handler(), "ServeExtension", serve);
    return wished;
  }

  std::string OrderReference() const { return "@order:" + row_.key; }
  std::string Handler() const { return "officer:" + row_.officers[0]; }
  void AddCall(absl::CivilDay day, absl::Duration time, const std::string& caller,
               absl::string_view method, const google::protobuf::Message& request) {
    scenario::v1::CallMethod& act = *Add(day, time).mutable_call();
    act.set_caller(caller);
    act.set_method(absl::StrCat("rectify.deadline.v1.OrderLife.", method));
    act.mutable_request()->PackFrom(request);
    act.set_about(row_.key);
  }

  void AddNeverEnding(const std::set<absl::CivilDay>& due, const std::vector<std::string>& codes) {
    AddFailures(due, codes);
    for (absl::CivilDay day = OnOrAfter(settled_ + kLookAgainAfter); StartOfDay(day) <= end_;
         day = OnOrAfter(day + kLookAgainAfter)) {
      AddRecheck(day, codes);
    }
  }

  const CaseRow& row_;
  const std::string& district_;
  const workday::Calendar& calendar_;
  const absl::Time end_;
  const absl::CivilDay inspected_;
  absl::CivilDay served_;
  absl::CivilDay settled_;  // the last act so far about the order
  bool beyond_calendar_ = false;
  int next_number_ = 0;
  std::vector<PlannedStep> steps_;
  Step forgotten_;
};

class CaseTable {
 public:
  CaseTable(const std::string& district, const workday::Calendar& calendar, absl::Time end)
      : district_(district), calendar_(calendar), end_(end) {}

  absl::Status Take(const csv::CsvRow& row) {
    absl::Status status =
        row.problem ? absl::InvalidArgumentError(row.problem->zh) : Read(row.cells);
    if (status.ok()) return status;
    return absl::Status(status.code(),
                        absl::StrCat("案件表第", row.line, "行，", status.message()));
  }

  std::vector<PlannedStep> TakeSteps() { return std::move(steps_); }

 private:
  absl::Status Read(const std::vector<std::string>& cells) {
    if (header_.empty()) {
      header_ = cells;
      return CheckCaseColumns(header_);
    }
    if (cells.size() != header_.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("应有 ", header_.size(), " 列，却有 ", cells.size(), " 列"));
    }
    std::map<std::string, std::string> by_column;
    for (size_t i = 0; i < cells.size(); ++i) by_column[header_[i]] = cells[i];
    ASSIGN_OR_RETURN(CaseRow row, ParseCaseRow(by_column));
    if (!keys_.insert(row.key).second) {
      return absl::InvalidArgumentError(absl::StrCat("“编号”列：重复：", row.key));
    }
    ASSIGN_OR_RETURN(std::vector<PlannedStep> steps,
                     Expander(row, district_, calendar_, end_).Run());
    steps_.insert(steps_.end(), std::make_move_iterator(steps.begin()),
                  std::make_move_iterator(steps.end()));
    return absl::OkStatus();
  }

  const std::string& district_;
  const workday::Calendar& calendar_;
  const absl::Time end_;
  std::vector<std::string> header_;
  std::set<std::string> keys_;
  std::vector<PlannedStep> steps_;
};

}  // namespace

absl::StatusOr<std::vector<PlannedStep>> ExpandCases(absl::string_view csv,
                                                     const std::string& district,
                                                     const workday::Calendar& calendar,
                                                     absl::Time end) {
  CaseTable table(district, calendar, end);
  csv::CsvReader reader([&](const csv::CsvRow& row) { return table.Take(row); });
  RETURN_IF_ERROR(reader.Feed(csv));
  RETURN_IF_ERROR(reader.Finish());
  return table.TakeSteps();
}

}  // namespace rectify::cli
