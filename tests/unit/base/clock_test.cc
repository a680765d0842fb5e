#include "libs/base/clock.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify {
namespace {

const absl::Time kStart = absl::FromCivil(absl::CivilSecond(2023, 1, 3, 10, 15, 0), ChinaZone());

absl::Duration Steady() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::DurationFromTimespec(now);
}

class SimulatedClockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "/clock." + std::to_string(getpid());
    unlink(path_.c_str());
  }
  void TearDown() override { unlink(path_.c_str()); }

  std::unique_ptr<SimulatedClock> Create() {
    auto clock = SimulatedClock::Create(path_, kStart);
    EXPECT_OK(clock);
    return *std::move(clock);
  }
  std::unique_ptr<SimulatedClock> Open() {
    auto clock = SimulatedClock::Open(path_);
    EXPECT_OK(clock);
    return *std::move(clock);
  }

  std::string path_;
};

TEST_F(SimulatedClockTest, StandsAtItsStart) {
  auto clock = Create();
  EXPECT_TRUE(clock->simulated());
  EXPECT_EQ(clock->Now(), kStart);
  EXPECT_EQ(Open()->Now(), kStart);
}

TEST_F(SimulatedClockTest, JumpsForwardsAndBackwardsWhileStanding) {
  auto driver = Create();
  auto reader = Open();
  driver->Jump(kStart + absl::Hours(24 * 365));
  EXPECT_EQ(reader->Now(), kStart + absl::Hours(24 * 365));
  driver->Jump(kStart - absl::Microseconds(1));
  EXPECT_EQ(reader->Now(), kStart - absl::Microseconds(1));
}

TEST_F(SimulatedClockTest, RunsAtItsRateForEveryReader) {
  constexpr double kYearPerMinute = 365 * 24 * 60;
  auto driver = Create();
  auto reader = Open();
  const absl::Duration before_run = Steady();
  driver->Run(kYearPerMinute);
  const absl::Duration after_run = Steady();
  while (reader->Now() < kStart + absl::Hours(24)) {
  }
  const absl::Duration before_read = Steady();
  const absl::Duration simulated = reader->Now() - kStart;
  const absl::Duration after_read = Steady();
  EXPECT_GE(simulated, (before_read - after_run) * kYearPerMinute - absl::Microseconds(1));
  EXPECT_LE(simulated, (after_read - before_run) * kYearPerMinute);
}

TEST_F(SimulatedClockTest, PausesWhereItIsAndRunsOnFromThere) {
  auto driver = Create();
  auto reader = Open();
  driver->Run(1e6);
  while (reader->Now() < kStart + absl::Minutes(1)) {
  }
  driver->Pause();
  const absl::Time paused = reader->Now();
  EXPECT_GE(paused, kStart + absl::Minutes(1));
  EXPECT_EQ(reader->Now(), paused);
  EXPECT_EQ(driver->Now(), paused);
  driver->Run(1e6);
  while (reader->Now() < paused + absl::Minutes(1)) {
  }
  EXPECT_GE(reader->Now(), paused + absl::Minutes(1));
}

TEST_F(SimulatedClockTest, KeepsRunningAfterAJump) {
  auto driver = Create();
  driver->Run(1e6);
  driver->Jump(kStart + absl::Hours(24 * 30));
  const absl::Time landed = driver->Now();
  EXPECT_GE(landed, kStart + absl::Hours(24 * 30));
  while (driver->Now() < landed + absl::Minutes(1)) {
  }
  EXPECT_GE(driver->Now(), landed + absl::Minutes(1));
}

TEST_F(SimulatedClockTest, CreatingAgainResetsTheClockThatOthersHaveMapped) {
  auto old = Create();
  old->Run(1e6);
  auto again = SimulatedClock::Create(path_, kStart + absl::Hours(1));
  ASSERT_OK(again);
  EXPECT_EQ(old->Now(), kStart + absl::Hours(1));
}

TEST_F(SimulatedClockTest, IsSharedWithAnotherProcess) {
  auto clock = Create();
  clock->Jump(kStart + absl::Hours(5));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto own = SimulatedClock::Open(path_);
    if (!own.ok() || (*own)->Now() != kStart + absl::Hours(5)) _exit(1);
    (*own)->Jump(kStart + absl::Hours(7));
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(clock->Now(), kStart + absl::Hours(7));
}

TEST_F(SimulatedClockTest, ReadersSeeOnlyInstantsThatWereSet) {
  constexpr int kJumps = 20'000;
  auto clock = Create();
  auto other = Open();
  const absl::Time far = kStart + absl::Hours(24 * 365);
  std::atomic<bool> done = false;
  std::thread first([&] {
    for (int i = 0; i < kJumps; ++i) clock->Jump(i % 2 == 0 ? far : kStart);
    done = true;
  });
  std::thread second([&] {
    for (int i = 0; i < kJumps; ++i) other->Jump(i % 2 == 0 ? kStart : far);
  });
  int strange = 0;
  do {
    const absl::Time now = other->Now();
    if (now != kStart && now != far) ++strange;
  } while (!done);
  first.join();
  second.join();
  EXPECT_EQ(strange, 0);
}

TEST_F(SimulatedClockTest, AMissingFileIsNotFound) {
  EXPECT_EQ(SimulatedClock::Open(path_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SimulatedClockTest, AFileOfSomethingElseIsRefusedAndLeftAlone) {
  std::string text = "The minutes of the meeting.";
  for (const size_t size : {text.size(), size_t{72}}) {
    text.resize(size, '.');
    std::ofstream(path_) << text;
    EXPECT_EQ(SimulatedClock::Open(path_).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(SimulatedClock::Create(path_, kStart).status().code(), absl::StatusCode::kDataLoss);
    std::ifstream file(path_);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
  }
}

TEST_F(SimulatedClockTest, IsOpenedBySpecOnlyWhenAllowed) {
  Create();
  ASSERT_OK_AND_ASSIGN(auto clock, OpenClock("shm:" + path_, true));
  EXPECT_TRUE(clock->simulated());
  EXPECT_EQ(clock->Now(), kStart);
  EXPECT_EQ(OpenClock("shm:" + path_, false).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(OpenClockTest, KnowsTheRealClockAndRefusesOtherWords) {
  ASSERT_OK_AND_ASSIGN(auto clock, OpenClock("real", false));
  EXPECT_FALSE(clock->simulated());
  for (const char* spec : {"", "fake", "shm:", "REAL"}) {
    EXPECT_EQ(OpenClock(spec, true).status().code(), absl::StatusCode::kInvalidArgument) << spec;
  }
}

TEST(RealClockTest, CountsWholeMicroseconds) {
  const absl::Time now = RealClock().Now();
  EXPECT_EQ(absl::FromUnixMicros(absl::ToUnixMicros(now)), now);
}

TEST(CivilDayTest, BelongsToChina) {
  const absl::Time late_utc =
      absl::FromCivil(absl::CivilSecond(2022, 12, 31, 16, 0, 0), absl::UTCTimeZone());
  EXPECT_EQ(CivilDayOf(late_utc), absl::CivilDay(2023, 1, 1));
  EXPECT_EQ(CivilDayOf(late_utc - absl::Microseconds(1)), absl::CivilDay(2022, 12, 31));
  EXPECT_EQ(StartOfDay(absl::CivilDay(2023, 1, 1)), late_utc);
  EXPECT_EQ(FormatChinaMinute(kStart), "2023-01-03 10:15");
}

TEST(CivilDayTest, IsWhatTheZoneSays) {
  for (absl::CivilDay day(1600, 1, 1); day.year() < 2500; ++day) {
    const absl::Time start = StartOfDay(day);
    ASSERT_EQ(start, absl::FromCivil(day, ChinaZone())) << day;
    ASSERT_EQ(CivilDayOf(start), day);
    ASSERT_EQ(CivilDayOf(start - absl::Nanoseconds(1)), day - 1);
  }
  for (const absl::CivilDay far : {absl::CivilDay(-12'000, 3, 1), absl::CivilDay(-9'999, 1, 1),
                                   absl::CivilDay(9'999, 12, 31), absl::CivilDay(40'000, 2, 29)}) {
    EXPECT_EQ(StartOfDay(far), absl::FromCivil(far, ChinaZone()));
    EXPECT_EQ(CivilDayOf(StartOfDay(far)), far);
  }
  for (const absl::Time never : {absl::InfinitePast(), absl::InfiniteFuture()}) {
    EXPECT_EQ(CivilDayOf(never), absl::ToCivilDay(never, ChinaZone()));
  }
}

TEST(CivilDayTest, IsWrittenAndReadInOneForm) {
  ASSERT_OK_AND_ASSIGN(const absl::CivilDay day, ParseCivilDay("2024-02-29"));
  EXPECT_EQ(day, absl::CivilDay(2024, 2, 29));
  EXPECT_EQ(FormatCivilDay(day), "2024-02-29");
  EXPECT_EQ(FormatCivilDay(absl::CivilDay(987, 6, 5)), "0987-06-05");
  for (const char* text :
       {"", "2023-02-29", "2023-02-30", "2023-13-01", "2023-00-10", "2023-01-00", "0000-01-01",
        "2023-1-3", "2023/01/03", " 2023-01-03", "2023-01-03 ", "2023-01-0３", "+023-01-03"}) {
    EXPECT_THAT(ParseCivilDay(text),
                testing::StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"))
        << text;
  }
}

}  // namespace
}  // namespace rectify
