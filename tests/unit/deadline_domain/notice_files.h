// The calendars that the product ships, as the domain sees them.
#pragma once

#include <google/protobuf/text_format.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/testing/paths.h"
#include "libs/testing/status_matchers.h"
#include "libs/workday/calendar.h"
#include "rectify/deadline/v1/calendar.pb.h"

namespace rectify::deadline {

inline workday::YearNotice ReadNotice(int year) {
  const std::string path = testing::SourcePath(
      absl::StrCat("/services/rectification_deadlines/data/calendars/", year, ".txtpb"));
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  v1::YearNotice message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text.str(), &message)) << path;
  workday::YearNotice notice{message.year(), message.notice(), message.version(), {}};
  for (const v1::SpecialDay& special : message.days()) {
    EXPECT_TRUE(special.day_class() == v1::DAY_CLASS_HOLIDAY ||
                special.day_class() == v1::DAY_CLASS_MAKE_UP_WORKDAY)
        << special.ShortDebugString();
    notice.days.push_back(
        {absl::CivilDay(special.day().year(), special.day().month(), special.day().day()),
         special.day_class() == v1::DAY_CLASS_HOLIDAY ? workday::DayClass::kHoliday
                                                      : workday::DayClass::kMakeUpWorkday,
         special.name()});
  }
  return notice;
}

inline workday::Calendar ReadCalendar(const std::vector<int>& years = {2023, 2024, 2025, 2026},
                                      std::vector<workday::SpecialDay> closures = {}) {
  std::vector<workday::YearNotice> notices;
  for (const int year : years) notices.push_back(ReadNotice(year));
  auto calendar = workday::Calendar::Create(std::move(notices), std::move(closures));
  EXPECT_OK(calendar);
  return *std::move(calendar);
}

}  // namespace rectify::deadline
