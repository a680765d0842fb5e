// A clock that stands still until a test moves it, or lets it move with each look.
#pragma once

#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace rectify::testing {

class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return std::exchange(now_, now_ + between_looks_);
  }
  bool simulated() const override { return true; }
  void Set(absl::Time now) {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }
  // From now on time passes between one look at the clock and the next.
  void PassBetweenLooks(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    between_looks_ = by;
  }

 private:
  mutable absl::Mutex mutex_;
  mutable absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration between_looks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rectify::testing
