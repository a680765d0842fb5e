// Runs calls: the reactions of gRPC only hand over to bounded threads, because a reaction that
// blocks stops every other call of the process, health included.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/gatherer.h"
#include "libs/rpc/method_table.h"
#include "libs/rpc/server.h"
#include "libs/rpc/token.h"

namespace rectify::rpc {

using ByteStream = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// Outlives the gRPC server.
class Dispatcher {
 public:
  Dispatcher(const ServerOptions& options, const TokenVerifier& verifier,
             const std::vector<MethodService>& services);

  grpc::ServerUnaryReactor* Unary(const Method& method, grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request, grpc::ByteBuffer* response);
  ByteStream* Stream(const Method& method, grpc::CallbackServerContext* context);

  const ServerOptions& options() const { return options_; }
  const TokenVerifier& verifier() const { return verifier_; }

  // False when as many streams as the queue has places are open. Each stream has at most one task,
  // so ScheduleStream finds room for an admitted one.
  bool AdmitStream();
  void ReleaseStream() { --streams_; }
  bool ScheduleStream(std::function<void()> task) {
    return stream_executor_.TrySchedule(std::move(task));
  }

 private:
  const ServerOptions& options_;
  const TokenVerifier& verifier_;
  std::atomic<int> streams_{0};
  std::map<const Method*, std::unique_ptr<Gatherer>> gatherers_;  // constant after construction
  Executor unary_executor_;
  // Streams have threads of their own: a client that reads slowly holds one of these.
  Executor stream_executor_;
};

}  // namespace rectify::rpc
