#include "services/cli/replay/plan.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli {
namespace {

workday::YearNotice ToNotice(const deadline::v1::YearNotice& notice) {
  workday::YearNotice converted{notice.year(), notice.notice(), notice.version(), {}};
  for (const deadline::v1::SpecialDay& day : notice.days()) {
    converted.days.push_back({rpc::ToCivilDay(day.day()),
                              day.day_class() == deadline::v1::DAY_CLASS_HOLIDAY
                                  ? workday::DayClass::kHoliday
                                  : workday::DayClass::kMakeUpWorkday,
                              day.name()});
  }
  return converted;
}

absl::StatusOr<workday::Calendar> LoadedCalendar(World& world) {
  ASSIGN_OR_RETURN(auto loaded, world.Call<deadline::v1::ListCalendarsResponse>(
                                    world.AsRegistrar(), "deadline",
                                    "rectify.deadline.v1.RectificationDeadlines.ListCalendars",
                                    deadline::v1::ListCalendarsRequest()));
  std::vector<workday::YearNotice> notices;
  for (const deadline::v1::Calendar& calendar : loaded.calendars()) {
    notices.push_back(ToNotice(calendar.notice()));
  }
  return workday::Calendar::Create(std::move(notices));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("无法读取文件 ", path));
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

absl::Time EndOfPlay(absl::CivilDay last) { return StartOfDay(last + 1) - absl::Seconds(1); }

absl::StatusOr<std::vector<PlannedStep>> PlanSteps(const scenario::v1::Scenario& scenario,
                                                   const std::string& folder, World& world) {
  const absl::Time end = EndOfPlay(rpc::ToCivilDay(scenario.end()));
  std::vector<PlannedStep> plan;
  for (int i = 0; i < scenario.steps_size(); ++i) {
    ASSIGN_OR_RETURN(absl::Time at, ParseStepTime(scenario.steps(i).at()));
    if (at > end) {
      return absl::InvalidArgumentError(
          absl::StrCat("步骤 ", scenario.steps(i).at(), " 在剧本结束之后"));
    }
    plan.push_back({at, absl::StrCat("step/", i), scenario.steps(i)});
  }
  if (!scenario.case_csv().empty()) {
    ASSIGN_OR_RETURN(std::string csv, ReadFile(absl::StrCat(folder, "/", scenario.case_csv())));
    ASSIGN_OR_RETURN(workday::Calendar calendar, LoadedCalendar(world));
    ASSIGN_OR_RETURN(std::vector<PlannedStep> cases,
                     ExpandCases(csv, scenario.district(), calendar, end));
    plan.insert(plan.end(), std::make_move_iterator(cases.begin()),
                std::make_move_iterator(cases.end()));
  }
  std::stable_sort(plan.begin(), plan.end(),
                   [](const PlannedStep& a, const PlannedStep& b) { return a.at < b.at; });
  return plan;
}

}  // namespace rectify::cli
