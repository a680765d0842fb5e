// A list as an XLSX file.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/http/message.h"
#include "services/gateway/sheets/pages.h"
#include "services/gateway/sheets/workers.h"

namespace rectify::gateway {

// Calls `done` once, on any thread, when the file is complete.
void WriteXlsx(std::unique_ptr<ListPages> pages, const std::string& sheet_name,
               SheetWorkers& workers,
               std::function<void(absl::StatusOr<std::shared_ptr<http::Pieces>>)> done);

}  // namespace rectify::gateway
