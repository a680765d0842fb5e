// A fixed number of threads with a bounded queue: calls beyond it are refused at once, because a
// queue longer than the callers' patience only produces answers nobody waits for.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace rectify::rpc {

// Thread-safe. Tasks must not throw.
class Executor {
 public:
  Executor(int threads, int queue);
  // Runs what is queued, then joins.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False when the queue is full.
  bool TrySchedule(std::function<void()> task);
  // Of tasks that are few by their nature: these find a place also when the queue is full.
  void Schedule(std::function<void()> task);

 private:
  void Work();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !tasks_.empty();
  }

  const size_t queue_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace rectify::rpc
