// Who writes and reads sheets: work that takes longer than a thread of gRPC or HTTP may be held.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "libs/rpc/executor.h"

namespace rectify::gateway {

// Thread-safe.
class SheetWorkers {
 public:
  // Sheets at once, until they are sent; each has a temporary file or the rows of one.
  static constexpr int kPlaces = 32;

  // nullptr when all places are taken; one is free again when the last copy goes.
  std::shared_ptr<void> TakePlace();
  void Run(std::function<void()> task) { threads_.Schedule(std::move(task)); }

 private:
  const std::shared_ptr<std::atomic<int>> taken_ = std::make_shared<std::atomic<int>>(0);
  rpc::Executor threads_{2, kPlaces};
};

// UNAVAILABLE OVERLOADED, for whoever finds no place.
absl::Status NoPlaceError();

}  // namespace rectify::gateway
