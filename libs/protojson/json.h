// Messages as JSON.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace rectify::protojson {

// Canonical protobuf JSON of an encoded message; INTERNAL when the bytes are no message of the
// type.
absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor& type,
                                   const std::string& encoded);

}  // namespace rectify::protojson
