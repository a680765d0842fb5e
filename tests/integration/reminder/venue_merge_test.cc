// A clock passes to another venue: what is still to be said goes there, and nothing twice.
#include "gmock/gmock.h"
#include "libs/pg/pool.h"
#include "rectify/deadline/v1/clock_events.pb.h"
#include "services/reminder_dispatch/store/reminder_store.h"
#include "services/reminder_dispatch/store/venue_merges.h"
#include "tests/integration/reminder/fixture.h"

namespace rectify::reminder {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kSurvivor[] = "districts/120110/venues/0185a0b0-0000-7000-8000-000000000014";
constexpr char kLast[] = "districts/120110/venues/0185a0b0-0000-7000-8000-000000000024";

class VenueMergeTest : public ReminderTest {
 protected:
  VenueMergeTest() {
    contacts_.known[kSurvivor] = {{"赵六", "zhao@example.cn", ""}};
    MustApply(Calendar2023(), "calendars/2023");
    MustApply(Started());
  }

  void Pass(const char* former = kVenue, const char* to = kSurvivor) {
    deadline::v1::ClockPassed passed;
    passed.set_clock(kClock);
    passed.set_former_venue(former);
    passed.set_former_owner(former);
    passed.set_reason("现场核实为同一单位");
    passed.mutable_facts()->set_owner(to);
    passed.mutable_facts()->set_venue(to);
    MustApply(passed);
  }

  // "step state" of the reminders to a recipient, by due time.
  std::vector<std::string> To(const std::string& recipient) {
    std::vector<std::string> found;
    for (const domain::Reminder& reminder : Reminders()) {
      if (reminder.recipient != recipient) continue;
      found.push_back(absl::StrCat(reminder.step, " ",
                                   reminder.state == domain::State::kSent        ? "sent"
                                   : reminder.state == domain::State::kCancelled ? "cancelled"
                                   : reminder.state == domain::State::kPending   ? "pending"
                                                                                 : "other"));
    }
    return found;
  }
  std::vector<std::string> StepsOf(const std::string& venue) {
    auto page = pool_->TransactValue("list", {}, [&](pg::Tx& tx) {
      return store::ListReminders(tx, {"120110", "venue = \"" + venue + "\"", "", 500});
    });
    EXPECT_OK(page);
    std::vector<std::string> steps;
    for (const domain::Reminder& reminder : page->first) steps.push_back(reminder.step);
    return steps;
  }
  void Merge(const char* source, const char* target) {
    ASSERT_OK(pool_->Transact("merge", {},
                              [&](pg::Tx& tx) { return store::SaveMerge(tx, source, target); }));
  }
};

TEST_F(VenueMergeTest, WhatLiesAheadGoesToTheVenueThatGoesOn) {
  DispatchAt(At(1, 27));
  ASSERT_THAT(To(kVenue), Contains("T-7 sent"));
  clock_.Set(At(1, 28));
  Pass();
  EXPECT_THAT(To(kVenue), Contains("T-7 sent"));
  EXPECT_THAT(To(kVenue), Contains("T-3 cancelled"));
  EXPECT_THAT(To(kSurvivor), Contains("T-3 pending"));
  EXPECT_EQ(Only("T-3", kSurvivor).venue, kSurvivor);
  DispatchAt(At(1, 31));
  EXPECT_THAT(To(kSurvivor), Contains("T-3 sent"));
  EXPECT_THAT(Trail(kClock), Contains(AllOf(StartsWith("ReplanReminders: "),
                                            HasSubstr("场所合并：现场核实为同一单位"))));
}

TEST_F(VenueMergeTest, WhatWasSentIsNotSentAgain) {
  DispatchAt(At(1, 27));
  const size_t letters = Deliveries().size();
  clock_.Set(At(1, 28));
  Pass();
  EXPECT_EQ(DispatchAt(At(1, 28, 12)), 0);
  EXPECT_THAT(Deliveries(), SizeIs(letters));
}

TEST_F(VenueMergeTest, WhatIsDueButUnsentIsNotLost) {
  clock_.Set(At(1, 27, 10));  // T-7 was due at nine, and nobody dispatched
  Pass();
  EXPECT_THAT(To(kSurvivor), Contains("T-7 pending"));
  Dispatch();
  EXPECT_THAT(To(kSurvivor), Contains("T-7 sent"));
}

TEST_F(VenueMergeTest, AVenueFindsWhatWasPlannedUnderEachOfItsNames) {
  const std::vector<std::string> all = StepsOf(kVenue);
  ASSERT_THAT(all, ::testing::Not(IsEmpty()));
  EXPECT_THAT(StepsOf(kSurvivor), IsEmpty());
  Merge(kVenue, kSurvivor);
  EXPECT_EQ(StepsOf(kSurvivor), all);
  EXPECT_EQ(StepsOf(kVenue), all);
  Merge(kSurvivor, kLast);
  for (const char* name : {kVenue, kSurvivor, kLast}) EXPECT_EQ(StepsOf(name), all) << name;
}

}  // namespace
}  // namespace rectify::reminder
