#include "services/hazard_findings/domain/recurrence.h"

#include "gtest/gtest.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

Finding FoundNow(const std::string& code) {
  Finding finding;
  finding.district = kDistrict;
  finding.catalog_code = code;
  finding.find_time = At(2023, 8, 1);
  return finding;
}

TEST(RecurrenceTest, TheWindowOpensOnTheSameDay24MonthsBefore) {
  EXPECT_EQ(RecurrenceStart(At(2023, 8, 1, 10)), At(2021, 8, 1, 0));
  // There is no 2022-02-29; the next day is meant.
  EXPECT_EQ(RecurrenceStart(At(2024, 2, 29, 10)), At(2022, 3, 1, 0));
}

TEST(RecurrenceTest, LinksTheSameCodeOnly) {
  std::vector<Finding> findings = {FoundNow("B02"), FoundNow("C01")};
  LinkRecurrences(findings, {{"B02", "earlier", At(2022, 5, 1), 3}});
  EXPECT_EQ(findings[0].recurrence_of(), "districts/120110/findings/earlier");
  EXPECT_EQ(findings[0].recurrence_count, 3);
  EXPECT_EQ(findings[1].recurrence_of(), "");
  EXPECT_EQ(findings[1].recurrence_count, 0);
}

TEST(RecurrenceTest, TwoOfOneCodeRecurOnTheSameEarlierOne) {
  std::vector<Finding> findings = {FoundNow("B02"), FoundNow("B02")};
  LinkRecurrences(findings, {{"B02", "earlier", At(2022, 5, 1), 1}});
  EXPECT_EQ(findings[0].recurrence_of_id, "earlier");
  EXPECT_EQ(findings[1].recurrence_of_id, "earlier");
}

TEST(RecurrenceTest, TheFirstInstantOfTheWindowCountsAndTheOneBeforeDoesNot) {
  std::vector<Finding> findings = {FoundNow("B02")};
  LinkRecurrences(findings, {{"B02", "old", At(2021, 8, 1, 0) - absl::Microseconds(1), 1}});
  EXPECT_EQ(findings[0].recurrence_of_id, "");
  LinkRecurrences(findings, {{"B02", "first", At(2021, 8, 1, 0), 1}});
  EXPECT_EQ(findings[0].recurrence_of_id, "first");
}

TEST(RecurrenceTest, WhatIsFoundLaterIsNoEarlierFinding) {
  std::vector<Finding> findings = {FoundNow("B02")};
  LinkRecurrences(findings, {{"B02", "same", At(2023, 8, 1), 1}});
  EXPECT_EQ(findings[0].recurrence_of_id, "");
}

}  // namespace
}  // namespace rectify::hazard::domain
