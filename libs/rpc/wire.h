// The bytes of a request before they become a message.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace rectify::rpc {

// Fills `message`. INVALID_ARGUMENT naming the field: MALFORMED_MESSAGE for broken encoding and
// invalid UTF-8, UNKNOWN_FIELD for fields outside the contract. Protobuf alone would say neither
// where nor why, and would keep unknown fields silently.
absl::Status ParseStrict(absl::string_view bytes, google::protobuf::Message& message);

// SHA-256 (32 bytes) of the encoded message without its top-level fields request_id and etag: equal
// for a repeat, different when the same request id is used for something else.
std::string Fingerprint(const google::protobuf::Descriptor& type, absl::string_view bytes);

}  // namespace rectify::rpc
