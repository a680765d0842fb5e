// The clocks' policy and the reminders' are two files that have to agree.
#include <algorithm>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/text.h"
#include "libs/rpc/convert.h"
#include "libs/testing/paths.h"
#include "libs/testing/status_matchers.h"
#include "rectify/deadline/v1/clock.pb.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "services/reminder_dispatch/domain/message.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::domain {
namespace {

using ::testing::Contains;
using ::testing::Not;

class LaddersTest : public ::testing::Test {
 protected:
  LaddersTest() {
    EXPECT_OK(rpc::ReadTextProto(
        testing::SourcePath("/services/rectification_deadlines/data/clock_policy.txtpb"), clocks_));
    absl::StatusOr<Policy> policy = api::LoadPolicy("");
    EXPECT_OK(policy);
    if (policy.ok()) policy_ = *std::move(policy);
  }

  const Ladder& LadderOf(const std::string& kind) {
    for (const auto& clock : clocks_.clocks()) {
      if (clock.kind() == kind) return policy_.LadderFor(clock.reminder_ladder());
    }
    ADD_FAILURE() << "no clock " << kind;
    return policy_.ladders.front();
  }

  // Whom the steps before the due date, or after it, write to.
  static std::set<RecipientKind> Recipients(const Ladder& ladder, bool overdue) {
    std::set<RecipientKind> all;
    for (const Step& step : ladder.steps) {
      if ((step.offset > 0) != overdue) continue;
      all.insert(step.recipients.begin(), step.recipients.end());
    }
    return all;
  }

  deadline::v1::ClockPolicy clocks_;
  Policy policy_;
};

TEST_F(LaddersTest, EveryClockNamesALadderThatIsThere) {
  ASSERT_GT(clocks_.clocks_size(), 0);
  for (const auto& clock : clocks_.clocks()) {
    EXPECT_TRUE(policy_.Knows(clock.reminder_ladder()))
        << clock.kind() << " wants " << clock.reminder_ladder();
    // `default` is for clocks that nobody has thought of.
    EXPECT_NE(clock.reminder_ladder(), "default") << clock.kind();
  }
}

TEST_F(LaddersTest, EveryLadderIsOfSomeClock) {
  std::set<std::string> wanted = {"default"};
  for (const auto& clock : clocks_.clocks()) wanted.insert(clock.reminder_ladder());
  for (const Ladder& ladder : policy_.ladders) EXPECT_THAT(wanted, Contains(ladder.name));
}

TEST_F(LaddersTest, WhatSpeaksForAStepIsAClock) {
  std::set<std::string> kinds;
  for (const auto& clock : clocks_.clocks()) kinds.insert(clock.kind());
  for (const Ladder& ladder : policy_.ladders) {
    for (const Step& step : ladder.steps) {
      for (const std::string& kind : step.inhibited_by) {
        EXPECT_THAT(kinds, Contains(kind)) << ladder.name << " " << step.code;
      }
    }
  }
}

TEST_F(LaddersTest, NoBasisIsLongerThanTheTemplatesWereCheckedWith) {
  for (const auto& clock : clocks_.clocks()) {
    EXPECT_LE(CodePoints(clock.period().basis()), static_cast<size_t>(kLongestBasis))
        << clock.kind();
  }
}

TEST_F(LaddersTest, ASelfInspectionRemindsTheVenueAndTellsTheStreetWhenItIsOverdue) {
  for (const char* kind : {"self_inspection_report", "self_found_problem"}) {
    EXPECT_THAT(Recipients(LadderOf(kind), false), Contains(RecipientKind::kVenue)) << kind;
    EXPECT_THAT(Recipients(LadderOf(kind), true), Contains(RecipientKind::kStreet)) << kind;
  }
}

TEST_F(LaddersTest, ADepartmentIsRemindedOfItsTaskAndTheOtherSideOnlyWhenItIsOverdue) {
  const Ladder& ladder = LadderOf("department_task");
  EXPECT_THAT(Recipients(ladder, false), Contains(RecipientKind::kOwner));
  EXPECT_THAT(Recipients(ladder, false), Not(Contains(RecipientKind::kDepartmentHead)));
  EXPECT_THAT(Recipients(ladder, true), Contains(RecipientKind::kDepartmentHead));
}

TEST_F(LaddersTest, AnAddresseeIsRemindedOfALetterAndTheOtherSideOnlyWhenItIsOverdue) {
  for (const char* kind :
       {"referral_receipt", "referral_decide", "referral_reply", "referral_notice_reply",
        "referral_transfer_reply", "referral_suggestion_reply"}) {
    const Ladder& ladder = LadderOf(kind);
    EXPECT_THAT(Recipients(ladder, false), Contains(RecipientKind::kOwner)) << kind;
    EXPECT_THAT(Recipients(ladder, false), Not(Contains(RecipientKind::kDepartmentHead))) << kind;
    EXPECT_THAT(Recipients(ladder, false), Not(Contains(RecipientKind::kVenue))) << kind;
    EXPECT_THAT(Recipients(ladder, true), Contains(RecipientKind::kDepartmentHead)) << kind;
    EXPECT_THAT(Recipients(ladder, true), Not(Contains(RecipientKind::kVenue))) << kind;
  }
}

// Venues and departments need not know that the authority is late with its own review.
TEST_F(LaddersTest, TheAuthoritysReviewsStayInTheHouse) {
  for (const char* kind :
       {"department_task_review", "self_inspection_confirm", "referral_review"}) {
    for (bool overdue : {false, true}) {
      const auto recipients = Recipients(LadderOf(kind), overdue);
      EXPECT_THAT(recipients, Not(Contains(RecipientKind::kVenue))) << kind;
      EXPECT_THAT(recipients, Not(Contains(RecipientKind::kStreet))) << kind;
    }
    EXPECT_THAT(Recipients(LadderOf(kind), true), Contains(RecipientKind::kChief)) << kind;
  }
}

}  // namespace
}  // namespace rectify::reminder::domain
