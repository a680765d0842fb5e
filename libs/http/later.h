// Things to do later without a thread that waits: a long poll that looks again in a second.
#pragma once

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace rectify::http {

// Thread-safe.
class Later {
 public:
  Later();
  // Waits for what is being done; what is still to come is dropped.
  ~Later();
  // Calls `go`, which must not block, on a thread of its own after `delay`.
  void After(absl::Duration delay, std::function<void()> go);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rectify::http
