#include "libs/rpc/buffer.h"

#include <vector>

#include "absl/strings/str_cat.h"

namespace rectify::rpc {

std::string Flatten(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

absl::Status FromBuffer(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  if (message.ParseFromString(Flatten(buffer))) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("the answer is not a ", message.GetDescriptor()->full_name()));
}

}  // namespace rectify::rpc
