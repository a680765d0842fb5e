// A list as CSV that is sent while it is read.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "libs/http/message.h"
#include "services/gateway/sheets/pages.h"

namespace rectify::gateway {

// Calls `done` once, on any thread, when the first page is there, which shows whether there is
// anything to send at all.
void StartCsv(std::unique_ptr<ListPages> pages,
              std::function<void(absl::StatusOr<std::shared_ptr<http::Pieces>>)> done);

}  // namespace rectify::gateway
