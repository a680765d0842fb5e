#include "services/rectification_deadlines/domain/duty.h"

#include <algorithm>
#include <random>

#include "libs/base/status_macros.h"
#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPost[] = "districts/120110/posts/chief";

ClockRule Rule(const std::string& kind, Owner owner = Owner::kChief) {
  ClockRule rule;
  rule.kind = kind;
  rule.title = kind;
  rule.start_on_event = {"began"};
  rule.met_on_event = {"done"};
  rule.cancelled_on_event = {"dropped"};
  rule.suspended_on_event = {"paused"};
  rule.resumed_on_event = {"continued"};
  rule.moved_on_event = {"moved"};
  rule.period =
      PeriodRule{.code = kind, .amount = 10, .unit = Unit::kWorkdays, .basis = "示例第一条"};
  rule.owner = owner;
  rule.reminder_ladder = "default";
  return rule;
}

// One duty with its clocks, driven by what events say of it.
class DutyTest : public ::testing::Test {
 protected:
  DutyTest() {
    policy_.clocks = {Rule("check")};
    subject_.name = "districts/120110/leads/l1";
    subject_.title = "举报：安全出口锁闭";
  }

  absl::Status Tell(const DutyEvent& event) {
    std::vector<Clock> open;
    for (const Clock& clock : clocks_) {
      if (clock.Open()) open.push_back(clock);
    }
    auto effects = AdvanceDuty(policy_, subject_, event, open, calendar_, event.time);
    RETURN_IF_ERROR(effects.status());
    for (Effect& effect : *effects) {
      if (effect.kind == Effect::Kind::kStart) effect.clock.name = absl::StrCat(clocks_.size());
      std::erase_if(clocks_, [&](const Clock& c) { return c.name == effect.clock.name; });
      clocks_.push_back(effect.clock);
    }
    return absl::OkStatus();
  }

  Policy policy_;
  Subject subject_;
  workday::Calendar calendar_ = ReadCalendar();
  std::vector<Clock> clocks_;
};

TEST_F(DutyTest, StartsOncePerSubjectAndCountsFromTheFactNotFromTheEvent) {
  ASSERT_OK(Tell({"began", At(2023, 2, 3), "", "", At(2023, 2, 1)}));
  ASSERT_OK(Tell({"began", At(2023, 2, 6)}));
  ASSERT_THAT(clocks_, SizeIs(1));
  EXPECT_EQ(clocks_[0].due_date, absl::CivilDay(2023, 2, 15));
  EXPECT_EQ(clocks_[0].owner, kPost);
  EXPECT_EQ(clocks_[0].subject_title, subject_.title);
}

TEST_F(DutyTest, AnotherEventLeavesItAlone) {
  ASSERT_OK(Tell({"began", At(2023, 2, 1)}));
  ASSERT_OK(Tell({"something", At(2023, 2, 2)}));
  EXPECT_EQ(clocks_[0].version, 1);
}

TEST_F(DutyTest, ARuleOfAVariantLeavesOtherDutiesAlone) {
  policy_.clocks[0].variants = {"URGENT_24H"};
  ASSERT_OK(Tell({"began", At(2023, 2, 1), "", "PLAIN"}));
  EXPECT_THAT(clocks_, IsEmpty());
  ASSERT_OK(Tell({"began", At(2023, 2, 1), "", "URGENT_24H"}));
  EXPECT_THAT(clocks_, SizeIs(1));
}

TEST_F(DutyTest, ItIsMetByTheFactsTimeAndFrozen) {
  ASSERT_OK(Tell({"began", At(2023, 2, 1)}));  // due on the 15th
  ASSERT_OK(Tell({"done", At(2023, 2, 16)}));
  EXPECT_EQ(clocks_[0].state, ClockState::kMet);
  EXPECT_FALSE(clocks_[0].met_in_time);
  ASSERT_OK(Tell({"dropped", At(2023, 2, 17)}));
  EXPECT_EQ(clocks_[0].state, ClockState::kMet);
}

TEST_F(DutyTest, TheEventThatMeetsOneCycleMayStartTheNext) {
  policy_.clocks[0].start_on_event = {"began", "done"};
  ASSERT_OK(Tell({"began", At(2023, 2, 1)}));
  ASSERT_OK(Tell({"done", At(2023, 2, 10)}));
  ASSERT_THAT(clocks_, SizeIs(2));
  EXPECT_EQ(clocks_[0].state, ClockState::kMet);
  EXPECT_EQ(clocks_[1].start_time, At(2023, 2, 10));
}

TEST_F(DutyTest, ASuspendedClockIsNeverOverdueAndCanBeMet) {
  ASSERT_OK(Tell({"began", At(2023, 2, 1)}));
  ASSERT_OK(Tell({"paused", At(2023, 2, 6)}));
  EXPECT_FALSE(clocks_[0].OverdueAt(At(2023, 12, 1)));
  ASSERT_OK(Tell({"done", At(2023, 2, 8)}));
  EXPECT_EQ(clocks_[0].state, ClockState::kMet);
}

TEST_F(DutyTest, ASuspensionThatEndsOnItsDayCostsNothing) {
  ASSERT_OK(Tell({"began", At(2023, 2, 1)}));
  ASSERT_OK(Tell({"paused", At(2023, 2, 6, 9)}));
  ASSERT_OK(Tell({"continued", At(2023, 2, 6, 17)}));
  EXPECT_EQ(clocks_[0].state, ClockState::kRunning);
  EXPECT_EQ(clocks_[0].due_date, absl::CivilDay(2023, 2, 15));
  EXPECT_THAT(clocks_[0].suspensions, IsEmpty());
}

TEST_F(DutyTest, AStatedDateMovesByTheSuspendedDays) {
  policy_.clocks[0].period.reset();
  ASSERT_OK(Tell({"began", At(2023, 2, 1), "", "", {}, absl::CivilDay(2023, 2, 20)}));
  ASSERT_OK(Tell({"paused", At(2023, 2, 6)}));
  ASSERT_OK(Tell({"continued", At(2023, 2, 9)}));
  EXPECT_EQ(clocks_[0].due_date, absl::CivilDay(2023, 2, 23));
  EXPECT_EQ(clocks_[0].first_due_date, absl::CivilDay(2023, 2, 20));
}

TEST_F(DutyTest, RefusesADutyThatLacksDateOrOwner) {
  policy_.clocks = {Rule("check", Owner::kDuty)};
  EXPECT_THAT(Tell({"began", At(2023, 2, 1)}), HasViolation("duty.owner"));
  policy_.clocks[0].period.reset();
  EXPECT_THAT(Tell({"began", At(2023, 2, 1), kVenue}), HasViolation("duty.due_date"));
}

TEST_F(DutyTest, TheOwnerTellsTheSideUnlessTheRuleDoes) {
  policy_.clocks = {Rule("check", Owner::kDuty)};
  std::vector<Side> sides;
  for (const char* owner : {"venues/v", "departments/zhujian", "streets/1", "officers/li"}) {
    subject_.name += "x";
    ASSERT_OK(Tell({"began", At(2023, 2, 1), absl::StrCat("districts/120110/", owner)}));
    sides.push_back(clocks_.back().side);
    ASSERT_OK(Tell({"dropped", At(2023, 2, 1)}));
  }
  EXPECT_THAT(sides,
              ElementsAre(Side::kVenue, Side::kDepartment, Side::kDepartment, Side::kAuthority));
  policy_.clocks[0].side = Side::kVenue;
  ASSERT_OK(Tell({"began", At(2023, 2, 1), "districts/120110/officers/li"}));
  EXPECT_EQ(clocks_.back().side, Side::kVenue);
}

// Each suspension is one fact of two events; in whatever order such facts are told, the date is the
// same, and none makes it earlier.
TEST_F(DutyTest, TheOrderOfSuspensionsNeverChangesTheDate) {
  std::mt19937 random(20230103);
  auto uniform = [&](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  for (int round = 0; round < 300; ++round) {
    policy_.clocks[0].period->unit = static_cast<Unit>(uniform(0, 3));
    const absl::Time start = At(2023, uniform(1, 12), uniform(1, 28), uniform(0, 23));
    std::vector<std::pair<absl::Time, absl::Time>> pauses;
    absl::Time at = start;
    for (int n = uniform(1, 4); n > 0; --n) {
      const absl::Time from = at + absl::Hours(uniform(1, 100));
      at = from + absl::Hours(uniform(0, 300));
      pauses.emplace_back(from, at);
    }
    auto run = [&] {
      clocks_.clear();
      EXPECT_OK(Tell({"began", start}));
      for (const auto& [from, to] : pauses) {
        const absl::Time before = clocks_[0].due_time;
        EXPECT_OK(Tell({"paused", from}));
        EXPECT_OK(Tell({"continued", to}));
        EXPECT_GE(clocks_[0].due_time, before);
      }
      return clocks_[0].due_time;
    };
    const absl::Time due = run();
    std::shuffle(pauses.begin(), pauses.end(), random);
    ASSERT_EQ(run(), due) << "round " << round;
  }
}

// The earlier of expiry and application: of several applications the earliest counts, whenever each
// of them is told.
TEST(ApplicationOrderTest, TheOrderOfApplicationsNeverChangesTheDate) {
  const Policy policy = ShippedPolicy();
  const workday::Calendar calendar = ReadCalendar();
  const Subject subject = SubjectOf(Served(Drafted({60}), At(2023, 2, 1)));
  std::vector<absl::Time> applications = {At(2023, 2, 6), At(2023, 2, 20), At(2023, 3, 10)};
  std::vector<std::optional<absl::CivilDay>> dates;
  do {
    std::vector<Clock> running;
    auto tell = [&](const Occurrence& occurrence) {
      auto effects = Advance(policy, subject, occurrence, running, calendar, occurrence.time);
      ASSERT_OK(effects);
      for (Effect& effect : *effects) {
        std::erase_if(running, [&](const Clock& c) { return c.name == effect.clock.name; });
        effect.clock.name = effect.clock.kind;
        running.push_back(effect.clock);
      }
    };
    tell({Trigger::kOrderServed, At(2023, 2, 1)});
    for (const absl::Time time : applications) tell({Trigger::kRectificationReported, time});
    for (const Clock& clock : running) {
      if (clock.kind == "recheck") dates.push_back(clock.due_date);
    }
  } while (std::next_permutation(applications.begin(), applications.end()));
  EXPECT_THAT(dates, SizeIs(6));
  EXPECT_THAT(dates, ::testing::Each(absl::CivilDay(2023, 2, 9)));
}

TEST(DutyPolicyTest, NamesTheMistakesOfARuleOfADuty) {
  Policy policy = ShippedPolicy();
  const std::string at = absl::StrCat("clocks[", policy.clocks.size(), "].");
  ClockRule rule = Rule("check");
  rule.resumed_on_event.clear();
  rule.owner_post = "chief";
  rule.met_on_event.clear();
  policy.clocks.push_back(rule);
  for (const char* field : {"resumed_on_event", "owner_post", "met_on"}) {
    EXPECT_THAT(ValidatePolicy(policy), HasViolation(at + field));
  }
  policy.clocks.back() = Rule("check", Owner::kDuty);
  EXPECT_OK(ValidatePolicy(policy));
  policy.clocks.back().start_on = {Trigger::kOrderServed};
  EXPECT_THAT(ValidatePolicy(policy), HasViolation(at + "owner"));
}

}  // namespace
}  // namespace rectify::deadline::domain
