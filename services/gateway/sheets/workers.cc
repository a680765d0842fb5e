#include "services/gateway/sheets/workers.h"

#include "libs/base/error.h"

namespace rectify::gateway {

std::shared_ptr<void> SheetWorkers::TakePlace() {
  if (taken_->fetch_add(1) >= kPlaces) {
    taken_->fetch_sub(1);
    return nullptr;
  }
  return {taken_.get(), [taken = taken_](void*) { taken->fetch_sub(1); }};
}

absl::Status NoPlaceError() {
  return MakeError(absl::StatusCode::kUnavailable,
                   {.reason = "OVERLOADED",
                    .text = {"正在处理的表格过多，请稍后重试",
                             "too many sheets are being worked on, try again later"},
                    .metadata = {},
                    .violations = {}});
}

}  // namespace rectify::gateway
