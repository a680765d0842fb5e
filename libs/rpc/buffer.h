// gRPC's byte buffers and messages.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"

namespace rectify::rpc {

std::string Flatten(const grpc::ByteBuffer& buffer);
grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message);
// Of an answer: fields that this side does not know yet are fine. INTERNAL when it is no message.
absl::Status FromBuffer(const grpc::ByteBuffer& buffer, google::protobuf::Message& message);

}  // namespace rectify::rpc
