#include "services/followup_visits/domain/quarter.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::followup::domain {

std::string Quarter::text() const { return absl::StrCat(year, "Q", number); }

Quarter QuarterOf(absl::CivilDay day) {
  return {static_cast<int>(day.year()), (day.month() - 1) / 3 + 1};
}

absl::StatusOr<Quarter> ParseQuarter(absl::string_view text, absl::string_view field) {
  Quarter quarter;
  const bool well_formed = text.size() == 6 && text.substr(0, 2) == "20" && text[4] == 'Q' &&
                           text[5] >= '1' && text[5] <= '4' &&
                           absl::SimpleAtoi(text.substr(0, 4), &quarter.year);
  if (!well_formed) {
    return FieldError(field, {absl::StrCat(field, " 应为季度，例如 2023Q1"),
                              absl::StrCat(field, " must be a quarter like 2023Q1")});
  }
  quarter.number = text[5] - '0';
  return quarter;
}

}  // namespace rectify::followup::domain
