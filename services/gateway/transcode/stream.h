// The answers of a streaming method as one body: a file when each brings bytes of one, otherwise a
// line of JSON for each (application/x-ndjson).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "libs/http/message.h"
#include "libs/rpc/client.h"

namespace rectify::gateway {

// What the answers of this type are as one body, without the parameters of the type.
std::string StreamedType(const google::protobuf::Descriptor& type);

// `first`: the answer that came first, if one did; `rest`: those after it. The media type of a file
// is told by its field's name (`csv`) or by `media_type` of a message in the first answer. Browsers
// save files, they don't show them. INTERNAL when `first` is no message of the type.
absl::StatusOr<http::Response> ToStreamResponse(const google::protobuf::Descriptor& type,
                                                const std::optional<std::string>& first,
                                                std::shared_ptr<rpc::Arrivals> rest);

}  // namespace rectify::gateway
