// Streams a CSV file to the venue registry.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "libs/rpc/client.h"
#include "rectify/venue/v1/venue_service.pb.h"

namespace rectify::cli {

// `on_row` gets the result of each row; `on_progress` (may be empty) bytes sent and bytes in all.
// `import_id` (may be empty) is that of ImportVenuesRequest. NOT_FOUND when the file can't be read;
// the whole import fails only as ImportVenues documents.
absl::Status ImportVenueFile(
    const rpc::Client& client, const std::string& parent, const std::string& path,
    const std::string& import_id,
    const std::function<void(const venue::v1::ImportVenuesResponse&)>& on_row,
    const std::function<void(int64_t sent, int64_t total)>& on_progress);

}  // namespace rectify::cli
