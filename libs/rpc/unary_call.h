// One unary call on its way through the chain.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "libs/rpc/chain.h"
#include "libs/rpc/method_table.h"

namespace rectify::rpc {

// gRPC keeps context, request and response until Finish.
class UnaryCall {
 public:
  UnaryCall(const Method& method, grpc::CallbackServerContext& context,
            const grpc::ByteBuffer& request, grpc::ByteBuffer& response,
            const ServerOptions& options);

  // Everything before the handler. After an error only Finish is left to do.
  absl::Status Read(const TokenVerifier& verifier);
  // OK while it makes sense to begin.
  absl::Status CheckBudget() const;
  const Call& call() const { return arrival_.call; }
  const google::protobuf::Message& message() const { return *message_; }

  // Ends the call; the last that happens to it.
  void Finish(const absl::StatusOr<grpc::ByteBuffer>& answer);

  const Method& method() const { return method_; }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

 private:
  const Method& method_;
  grpc::CallbackServerContext& context_;
  grpc::ServerUnaryReactor* const reactor_;
  const grpc::ByteBuffer& request_;
  grpc::ByteBuffer& response_;
  const ServerOptions& options_;
  Arrival arrival_;
  std::unique_ptr<google::protobuf::Message> message_;
};

}  // namespace rectify::rpc
