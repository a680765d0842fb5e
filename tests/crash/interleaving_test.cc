// Several replicas take turns exactly in one another's gaps: at a failpoint that one passes, the
// next works or is restarted, sessions are ended, and Redis is wiped or trimmed. All in one thread
// and from one seed, so a run that failed can be had again: RECTIFY_SEED=….
#include <cstdlib>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/failpoint.h"
#include "libs/base/ids.h"
#include "tests/crash/pipeline.h"

namespace rectify::crash {
namespace {

constexpr int kReplicas = 3;  // the second works in gaps of the first, the third in those of both
constexpr int kSteps = 120;
constexpr int kShortStream = 12;
// A command that has no answer by then never gets one.
constexpr int kAttempts = 20;

uint32_t Seed() {
  const char* given = std::getenv("RECTIFY_SEED");  // NOLINT(concurrency-mt-unsafe)
  uint32_t seed = 0;
  if (given != nullptr && absl::SimpleAtoi(given, &seed)) return seed;
  return std::random_device{}();
}

class InterleavingTest : public PipelineTest {
 protected:
  InterleavingTest() {
    for (int i = 0; i < kReplicas; ++i) replicas_.push_back(NewReplica(kShortStream));
  }
  ~InterleavingTest() override { faults::SetFailpointHook(nullptr); }

  struct Done {
    std::string request_id, thing, answer;
  };

  int Pick(int below) { return static_cast<int>(random_() % static_cast<uint32_t>(below)); }
  Pipeline& Working() { return *replicas_[depth_]; }

  // Nobody waits for a thing that is held in the gap where he works: each replica has its own.
  void Command() {
    const std::string thing = absl::StrCat(depth_, "/", Pick(3));
    const std::string request_id = DeriveRequestId("interleaving", absl::StrCat(++commands_));
    const int audience = Pick(2) == 0 ? events::kInternalOnly : events::kDepartments;
    absl::StatusOr<events::Text> answer;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      // Without an answer the caller repeats its request, as clients do.
      answer = Working().Touch(request_id, thing, audience);
      if (answer.ok()) break;
    }
    ASSERT_OK(answer) << "never answered";
    done_.push_back({request_id, thing, answer->value()});
  }

  // Errors are part of the game; what counts is the end.
  void Work() {
    switch (Pick(5)) {
      case 0:
        (void)Working().venue.sequencer.Turn();
        break;
      case 1:
        (void)Working().relay.Publish();
        break;
      case 2:
        (void)Working().consumer.Step(absl::ZeroDuration());
        break;
      default:
        Command();
    }
  }

  void Harm() {
    redis::Connection& redis = Working().redis;
    switch (Pick(15)) {
      case 0:
        (void)redis.Command({"FLUSHALL"});
        break;
      case 1:
      case 2:
        (void)redis.Command({"XTRIM", "ev:{venue}", "MAXLEN", absl::StrCat(Pick(3))});
        break;
      case 3:
        (void)redis.Command({"SCRIPT", "FLUSH"});
        break;
      case 4:
        // Restarted: it knows nothing.
        replicas_[depth_] = NewReplica(kShortStream);
        break;
      case 5:
        database_.TerminateSessions();
        break;
      default:
        Work();
    }
  }

  void AtFailpoint() {
    if (depth_ + 1 >= kReplicas || Pick(6) != 0 || HasFatalFailure()) return;
    ++depth_;
    for (int times = 1 + Pick(4); times > 0; --times) Harm();
    --depth_;
  }

  void Rest() {
    Pipeline& last = *replicas_[0];
    ASSERT_OK(last.venue.sequencer.Drain());
    ASSERT_OK(last.relay.Publish());
    // By steps alone, which are all that runs in a service.
    while (true) {
      ASSERT_OK_AND_ASSIGN(const int applied, last.consumer.Step(absl::ZeroDuration()));
      if (applied == 0) break;
    }
  }

  std::mt19937 random_;
  std::vector<std::unique_ptr<Pipeline>> replicas_;
  int depth_ = 0;
  int commands_ = 0;
  std::vector<Done> done_;
};

TEST_F(InterleavingTest, ReplicasThatMeetInEveryGapLeaveOneHistory) {
  const uint32_t seed = Seed();
  std::printf("RECTIFY_SEED=%u\n", seed);
  random_.seed(seed);
  faults::SetFailpointHook([&](const std::string&) { AtFailpoint(); });
  for (int step = 0; step < kSteps && !HasFailure(); ++step) Work();
  faults::SetFailpointHook(nullptr);
  ASSERT_FALSE(HasFailure());
  Rest();
  ExpectOneHistory();
  ExpectStreamIsTheTail();
  for (const Done& done : done_) {
    ExpectDoneOnce(*replicas_[0], done.request_id, done.thing, done.answer);
  }
}

}  // namespace
}  // namespace rectify::crash
