// Cases of a scenario as a table: one row is one inspection with its whole life, which expands into
// the same steps that a scenario can also name one by one. Pure: the same table and calendar give
// the same steps.
//
// Columns, in any order:
//   编号      key of the inspection
//   单位      venue key
//   检查时间  2023-01-04 09:30
//   形式      日常 (the default), 随机, 开业, 教学, 专项 and a campaign's code (专项high-rise), or
//   举报 and
//             the key of the call that received the lead (举报lead01)
//   监督员    officer keys separated by blanks, the handling one first
//   隐患      findings separated by ；each `code:what text`. what is a term in days (B02:30), 立即,
//             当场 (corrected on the spot) or 移送 and a department's code (E03:移送zhujian)
//   经过      what happens, separated by ；:
//               按期改正 (the default) | 提前改正 | 逾期N日 | 部分改正N日 (the first item stays
//               open at the recheck, for N days after the last due date) | 未改正 and 迟送达,
//               迟复查, 迟移送: the officer is late
//   送达      直接 (the default), 留置 or 邮寄
//   记录      summary of the inspection
//
// A working day after the inspection the order is approved, another one later it is served; each
// due date is followed by a recheck within its three working days. What would happen after the end
// of the scenario does not happen.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/workday/calendar.h"
#include "rectify/scenario/v1/scenario.pb.h"

namespace rectify::cli {

// A step with the time and id that it is played under.
struct PlannedStep {
  absl::Time at;
  std::string id;
  scenario::v1::Step step;
};

// INVALID_ARGUMENT with line and column; FAILED_PRECONDITION when the calendar does not reach far
// enough.
absl::StatusOr<std::vector<PlannedStep>> ExpandCases(absl::string_view csv,
                                                     const std::string& district,
                                                     const workday::Calendar& calendar,
                                                     absl::Time end);

}  // namespace rectify::cli
