// Reads a year's holidays from an iCalendar file (RFC 5545), the form in which holiday calendars of
// China are published: all-day events whose summary, or Apple's X-APPLE-SPECIAL-DAY, says whether
// the day is off (休) or worked (班).
//
// Only the few properties that such files need are read, here rather than by libical: its parser
// repairs what it does not understand, while a legal calendar must refuse it and name the line.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rectify/deadline/v1/calendar.pb.h"

namespace rectify::cli {

struct IcsYear {
  int year = 0;        // 0: the only year of the file
  std::string notice;  // number of the State Council's notice
  int version = 1;
};

// Events without a mark (除夕, 二十四节气) are passed over. INVALID_ARGUMENT "file:line: mistake"
// for a file that is no calendar, a marked event that is not all-day, repeats or lasts too long, a
// day that is both off and worked, a mark that is not clear, or a file of several years without
// `year`.
absl::StatusOr<deadline::v1::YearNotice> ReadHolidayIcs(absl::string_view text,
                                                        absl::string_view file,
                                                        const IcsYear& year);

}  // namespace rectify::cli
