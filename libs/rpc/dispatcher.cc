#include "libs/rpc/dispatcher.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/unary_call.h"

namespace rectify::rpc {
namespace {

absl::StatusOr<grpc::ByteBuffer> Answer(const UnaryCall& call) {
  absl::StatusOr<grpc::ByteBuffer> answer;
  absl::Status status = Guarded([&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto message, call.method().handlers.unary(call.call(), call.message()));
    answer = ToBuffer(*message);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return answer;
}

}  // namespace

Dispatcher::Dispatcher(const ServerOptions& options, const TokenVerifier& verifier,
                       const std::vector<MethodService>& services)
    : options_(options),
      verifier_(verifier),
      unary_executor_(options.workers, options.queue),
      stream_executor_(options.workers, options.queue) {
  for (const MethodService& service : services) {
    for (const Method* method : service.methods) {
      if (method->handlers.group != nullptr) {
        gatherers_[method] =
            std::make_unique<Gatherer>(*method, verifier, unary_executor_, options.queue);
      }
    }
  }
}

grpc::ServerUnaryReactor* Dispatcher::Unary(const Method& method,
                                            grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) {
  auto call = std::make_shared<UnaryCall>(method, *context, *request, *response, options_);
  // It may end before this returns, and with it its context.
  grpc::ServerUnaryReactor* const reactor = call->reactor();
  if (const auto found = gatherers_.find(&method); found != gatherers_.end()) {
    found->second->Add(call);
    return reactor;
  }
  const bool scheduled = unary_executor_.TrySchedule([this, call] {
    const absl::Status read = Guarded([&] { return call->Read(verifier_); });
    if (read.ok()) {
      call->Finish(Answer(*call));
    } else {
      call->Finish(read);
    }
  });
  if (!scheduled) call->Finish(OverloadedError());
  return reactor;
}

bool Dispatcher::AdmitStream() {
  if (++streams_ <= options_.queue) return true;
  --streams_;
  return false;
}

}  // namespace rectify::rpc
