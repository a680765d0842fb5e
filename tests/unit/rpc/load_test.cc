// Deadlines, shedding and shutdown.
#include <atomic>
#include <thread>

#include "absl/synchronization/barrier.h"
#include "absl/synchronization/mutex.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/executor.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::Paper;
using paper::v1::StampPaperRequest;
using testing::StatusIs;

class LoadTest : public RpcTest {
 protected:
  LoadTest() {
    options_.workers = 1;
    options_.queue = 1;
    stamp_ = [this](const Call&, const StampPaperRequest&) {
      if (handled_.fetch_add(1) == 0) {
        running_.Notify();
        release_.WaitForNotification();
      }
      return Paper();
    };
  }
  absl::Status Stamp(absl::Duration timeout = absl::Seconds(60)) {
    CallOptions options;
    options.timeout = timeout;
    return MakeClient(Inspector()).Unary<Paper>(kStampPaper, StampPaperRequest(), options).status();
  }

  absl::Notification running_, release_;
  std::atomic<int> handled_{0};
};

TEST_F(LoadTest, ACallWithTooLittleTimeIsRefusedBeforeItsHandler) {
  options_.minimum_work = absl::Hours(1);
  StartServer();
  EXPECT_THAT(Stamp(), StatusIs(absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT"));
  EXPECT_EQ(handled_, 0);
}

TEST_F(LoadTest, ACallerWithoutDeadlineGetsTheDefaultAndALongOneTheMaximum) {
  options_.default_deadline = absl::Seconds(7);
  options_.max_deadline = absl::Seconds(9);
  options_.return_margin = absl::ZeroDuration();
  std::vector<absl::Time> deadlines;
  stamp_ = [&](const Call& call, const StampPaperRequest&) {
    deadlines.push_back(call.deadline);
    return Paper();
  };
  StartServer();
  const absl::Time before = absl::Now();
  ASSERT_TRUE(RawCall("/rectify.paper.v1.PaperDesk/StampPaper", "",
                      {{"authorization", "Bearer " + TokenOf(Inspector())}})
                  .ok());
  ASSERT_OK(Stamp(absl::Hours(1)));
  const absl::Time after = absl::Now();
  EXPECT_GE(deadlines[0], before + absl::Seconds(7));
  EXPECT_LE(deadlines[0], after + absl::Seconds(7));
  EXPECT_GE(deadlines[1], before + absl::Seconds(9));
  EXPECT_LE(deadlines[1], after + absl::Seconds(9));
}

TEST_F(LoadTest, BeyondTheQueueCallsAreRefusedAtOnceAndHealthStillAnswers) {
  StartServer();
  server_->SetServing(true);
  std::thread first([&] { EXPECT_OK(Stamp()); });
  running_.WaitForNotification();
  // One of the two finds a place in the queue; the other must be refused while the first still
  // runs.
  absl::Notification refused;
  std::atomic<int> refusals{0};
  const auto call = [&] {
    const absl::Status status = Stamp();
    if (status.ok()) return;
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "OVERLOADED"));
    ++refusals;
    refused.Notify();
  };
  std::thread second(call), third(call);
  refused.WaitForNotification();
  EXPECT_EQ(Health(""), "SERVING");
  release_.Notify();
  first.join();
  second.join();
  third.join();
  EXPECT_EQ(refusals, 1);
  EXPECT_EQ(handled_, 2);
}

TEST_F(LoadTest, ACallThatNobodyWaitsForAnyMoreIsNotHandled) {
  StartServer();
  std::thread first([&] { EXPECT_OK(Stamp()); });
  running_.WaitForNotification();
  EXPECT_EQ(Stamp(absl::Milliseconds(100)).code(), absl::StatusCode::kDeadlineExceeded);
  release_.Notify();
  first.join();
  server_->Shutdown(absl::Seconds(10));
  EXPECT_EQ(handled_, 1);
}

TEST_F(LoadTest, ShutdownRefusesNewCallsAndLetsRunningOnesEnd) {
  StartServer();
  UseLoopback();
  std::thread running([&] { EXPECT_OK(Stamp()); });
  running_.WaitForNotification();
  std::thread stopping([&] { server_->Shutdown(absl::Seconds(60)); });
  // Health is not queued behind the running call, so it shows when the server has stopped
  // accepting.
  while (Health("") == "NOT_SERVING") std::this_thread::yield();
  release_.Notify();
  running.join();
  stopping.join();
  EXPECT_EQ(handled_, 1);
}

TEST_F(LoadTest, ShutdownTwiceIsHarmless) {
  StartServer();
  UseLoopback();
  server_->Shutdown(absl::ZeroDuration());
  server_->Shutdown(absl::ZeroDuration());
  EXPECT_EQ(MakeClient(Inspector()).Unary<Paper>(kStampPaper, StampPaperRequest()).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(ExecutorTest, TasksBeyondThreadsAndQueueAreRefused) {
  absl::Notification started, release;
  std::atomic<int> ran{0};
  {
    Executor executor(1, 2);
    ASSERT_TRUE(executor.TrySchedule([&] {
      started.Notify();
      release.WaitForNotification();
      ++ran;
    }));
    started.WaitForNotification();
    EXPECT_TRUE(executor.TrySchedule([&] { ++ran; }));
    EXPECT_TRUE(executor.TrySchedule([&] { ++ran; }));
    EXPECT_FALSE(executor.TrySchedule([&] { ++ran; }));
    release.Notify();
  }
  EXPECT_EQ(ran, 3);
}

TEST(ExecutorTest, AFreeThreadNeedsNoQueue) {
  absl::Notification ran;
  Executor executor(1, 0);
  EXPECT_TRUE(executor.TrySchedule([&] { ran.Notify(); }));
  ran.WaitForNotification();
}

}  // namespace
}  // namespace rectify::rpc
