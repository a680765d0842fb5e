// Gathers the calls of one method, so that those which wait at the same time are done together.
// What a command costs is round trips, commits and wake-ups; a group shares them. The busier a
// method is, the larger its groups become; nobody waits for a group to fill.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/metrics/metrics.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/method_table.h"
#include "libs/rpc/token.h"
#include "libs/rpc/unary_call.h"

namespace rectify::rpc {

// Thread-safe. The executor ends first.
class Gatherer {
 public:
  // More than `most_waiting` calls are refused with OVERLOADED.
  Gatherer(const Method& method, const TokenVerifier& verifier, Executor& executor,
           int most_waiting)
      : method_(method),
        verifier_(verifier),
        executor_(executor),
        most_(most_waiting),
        labels_({{"method", method.path}}) {}

  // Returns at once. The call is read and done on threads of the executor, of which a method takes
  // few, and none for a call that finds these at work.
  void Add(const std::shared_ptr<UnaryCall>& call);

 private:
  using Group = std::vector<std::shared_ptr<UnaryCall>>;

  void Work();
  Group TakeGroup();
  void ShowWaiting() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Leaves those that may go on.
  void ReadCalls(Group& group) const;
  void Run(Group group) const;

  const Method& method_;
  const TokenVerifier& verifier_;
  Executor& executor_;
  const size_t most_;
  const metrics::Labels labels_;
  absl::Mutex mutex_;
  std::deque<std::shared_ptr<UnaryCall>> waiting_ ABSL_GUARDED_BY(mutex_);
  int at_work_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rectify::rpc
