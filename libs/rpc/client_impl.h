// What the two kinds of calls of a Client share.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "libs/rpc/buffer.h"
#include "libs/rpc/client.h"

namespace rectify::rpc {

struct Client::Impl {
  ClientOptions options;
  absl::Status usable;  // why no channel could be made
  std::shared_ptr<grpc::Channel> channel;
  // The state of the channel's connection may be asked for; an in-process one has none.
  bool has_connection = false;

  // Deadline, token, language and trace of one attempt.
  void Prepare(grpc::ClientContext& context, absl::Time deadline, const CallOptions& call) const;
};

absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(absl::string_view name);
std::string PathOf(const google::protobuf::MethodDescriptor& method);

}  // namespace rectify::rpc
