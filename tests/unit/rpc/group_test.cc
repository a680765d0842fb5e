// Calls that are done in groups.
#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/metrics/metrics.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::Paper;
using paper::v1::StampPaperRequest;
using testing::StatusIs;
using Request = Asked<StampPaperRequest>;
using Answers = std::vector<absl::StatusOr<std::string>>;

// Stamps papers in groups. Two groups that hold until they are released take all threads that do
// groups, so that later calls have to wait for each other.
class GroupTest : public RpcTest {
 protected:
  GroupTest() {
    options_.workers = 4;
    stamp_group_ = [this](const std::vector<Request>& asked) {
      {
        absl::MutexLock lock(&mutex_);
        sizes_.push_back(asked.size());
        if (asked.front().request.note() == "hold") {
          ++held_;
          mutex_.Await(absl::Condition(&released_));
        }
      }
      return Stamp(asked);
    };
  }

  static Answers Stamp(const std::vector<Request>& asked) {
    Answers answers;
    for (const Request& one : asked) {
      if (one.request.note() == "throw") throw std::runtime_error("boom");
      Paper paper;
      paper.set_stamp(one.request.note());
      if (one.request.note() == "refuse") {
        answers.push_back(PreconditionError("NO_INK", {"没有印泥", "no ink"}));
      } else {
        answers.push_back(paper.SerializeAsString());
      }
    }
    return answers;
  }

  absl::StatusOr<Paper> Call(const std::string& note) {
    StampPaperRequest request;
    request.set_note(note);
    return MakeClient(Inspector()).Unary<Paper>(kStampPaper, request);
  }

  std::vector<std::thread> Hold() {
    std::vector<std::thread> threads;
    for (int i = 1; i <= 2; ++i) {
      threads.emplace_back([this] { EXPECT_OK(Call("hold")); });
      absl::MutexLock lock(&mutex_);
      const auto arrived = [&] { return held_ == i; };
      mutex_.Await(absl::Condition(&arrived));
    }
    return threads;
  }

  void Release() {
    absl::MutexLock lock(&mutex_);
    released_ = true;
  }

  // Whether that many calls wait for the next group.
  static bool Wait(int calls) {
    return absl::StrContains(
        metrics::Exposition(),
        absl::StrCat(
            "rectify_rpc_waiting_calls{method=\"/rectify.paper.v1.PaperDesk/StampPaper\"} ", calls,
            "\n"));
  }

  absl::Mutex mutex_;
  bool released_ = false;
  int held_ = 0;
  std::vector<size_t> sizes_;
};

TEST_F(GroupTest, ALoneCallIsAGroupOfOne) {
  StartServer();
  ASSERT_OK_AND_ASSIGN(const Paper paper, Call("seen"));
  EXPECT_EQ(paper.stamp(), "seen");
  EXPECT_EQ(sizes_, std::vector<size_t>({1}));
}

TEST_F(GroupTest, CallsThatWaitAreDoneTogetherAndEachGetsItsOwnAnswer) {
  StartServer();
  std::vector<std::thread> threads = Hold();
  std::atomic<int> right = 0;
  for (const std::string note : {"a", "b", "c", "refuse"}) {
    threads.emplace_back([&, note] {
      const absl::StatusOr<Paper> paper = Call(note);
      const bool refused = paper.status().code() == absl::StatusCode::kFailedPrecondition;
      if (note == "refuse" ? refused : paper.ok() && paper->stamp() == note) ++right;
    });
  }
  while (!Wait(4)) std::this_thread::yield();
  Release();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4);
  EXPECT_EQ(sizes_, std::vector<size_t>({1, 1, 4}));
}

TEST_F(GroupTest, AHandlerThatThrowsFailsItsGroupOnly) {
  StartServer();
  EXPECT_EQ(Call("throw").status().code(), absl::StatusCode::kInternal);
  EXPECT_OK(Call("later"));
}

}  // namespace
}  // namespace rectify::rpc
