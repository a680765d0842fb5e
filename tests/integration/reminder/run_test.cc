// Runs of clock events.
#include <memory>
#include <random>

#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/clock_events.pb.h"
#include "tests/integration/reminder/fixture.h"

namespace rectify::reminder {
namespace {

using Message = google::protobuf::Message;
using Messages = std::vector<std::unique_ptr<Message>>;

constexpr int kClocks = 5;

std::string ClockName(int n) {
  return absl::StrCat("districts/120110/clocks/0185a0b0-0000-7000-8000-00000000010", n);
}

template <typename Payload>
std::unique_ptr<Message> Of(int clock, Payload payload) {
  payload.set_clock(ClockName(clock));
  return std::make_unique<Payload>(std::move(payload));
}

std::unique_ptr<Message> AnyEvent(std::mt19937& random) {
  const int clock = random() % kClocks;
  const absl::CivilDay due(2023, 2, 3), other = due + static_cast<int>(random() % 20);
  switch (random() % 8) {
    case 0:
      return Of(clock, Started());
    case 1:
      return Of(clock, DueDateMoved(due, other));
    case 2:
      return Of(clock, DueDateMoved(due, due, "RESUMED"));
    case 3: {
      deadline::v1::ClockSuspended suspended;
      suspended.set_reason("听证");
      return Of(clock, suspended);
    }
    case 4:
      return Of(clock, Met());
    case 5:
      return Of(clock, Cancelled());
    case 6: {
      deadline::v1::ClockPassed passed;
      passed.set_reason("重复登记");
      passed.mutable_facts()->set_owner(kOfficer);
      passed.mutable_facts()->set_venue(kVenue);
      return Of(clock, passed);
    }
    default:
      return std::make_unique<deadline::v1::CalendarImported>(
          Calendar2023(1 + static_cast<int>(random() % 5), random() % 2 == 0));
  }
}

using RunTest = ReminderTest;

TEST_F(RunTest, LeavesWhatItsEventsLeaveOneByOne) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Messages messages;
    for (int clock = 0; clock < kClocks; ++clock) messages.push_back(Of(clock, Started()));
    for (int i = 0; i < 40; ++i) messages.push_back(AnyEvent(random));

    StartOver();
    for (const auto& message : messages) MustApply(*message);
    const std::string one_by_one = Everything();

    StartOver();
    for (size_t begin = 0; begin < messages.size();) {
      const size_t end = std::min(messages.size(), begin + 1 + random() % 15);
      std::vector<const Message*> run;
      for (size_t i = begin; i < end; ++i) run.push_back(messages[i].get());
      ASSERT_OK(ApplyRun(run));
      begin = end;
    }
    ASSERT_EQ(Everything(), one_by_one);
    ASSERT_GT(one_by_one.size(), 10'000u);
  }
}

TEST_F(RunTest, OfAnUnknownClockLeavesNothing) {
  const deadline::v1::ClockStarted started = Started();
  const auto unknown = Of(1, Met());
  EXPECT_EQ(ApplyRun({&started, unknown.get()}).code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(Reminders().empty());
}

}  // namespace
}  // namespace rectify::reminder
