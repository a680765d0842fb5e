// Gathers the calls of one method that wait for its handler, so that they are done together. What
// a command costs is round trips, commits and wake-ups; a group shares them. The busier a method
// is, the larger its groups become; nobody waits for a group to fill.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/rpc/unary_call.h"

namespace rectify::rpc {

// Thread-safe.
class Gatherer {
 public:
  // More than `most_waiting` calls are refused with OVERLOADED.
  Gatherer(const Method& method, int most_waiting) : method_(method), most_(most_waiting) {}

  // Takes a call whose request was read. The calling thread does groups until none waits, unless
  // enough threads do already.
  void Do(std::shared_ptr<UnaryCall> call);

 private:
  using Group = std::vector<std::shared_ptr<UnaryCall>>;

  Group TakeGroup();
  void ShowWaiting() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run(Group group) const;

  const Method& method_;
  const size_t most_;
  absl::Mutex mutex_;
  std::deque<std::shared_ptr<UnaryCall>> waiting_ ABSL_GUARDED_BY(mutex_);
  int at_work_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rectify::rpc
