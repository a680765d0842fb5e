#include "libs/rpc/dispatcher.h"

#include <memory>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/rpc/chain.h"
#include "libs/rpc/errors.h"

namespace rectify::rpc {
namespace {

// One unary call on its way; gRPC keeps context, request and response until Finish.
struct UnaryCall {
  const Method& method;
  grpc::CallbackServerContext* context;
  grpc::ServerUnaryReactor* reactor;
  const grpc::ByteBuffer* request;
  grpc::ByteBuffer* response;
  Arrival arrival;

  absl::Status Run(const ServerOptions& options, const TokenVerifier& verifier) {
    Call& call = arrival.call;
    RETURN_IF_ERROR(CheckBudget(call, *context, options));
    ASSIGN_OR_RETURN(call.caller, Authorize(method, arrival.authorization, verifier));
    const std::string bytes = Flatten(*request);
    ASSIGN_OR_RETURN(auto message, ReadRequest(method, bytes, call.caller, false));
    IdentifyCommand(*message, bytes, call);
    ASSIGN_OR_RETURN(auto answer, method.unary(call, *message));
    *response = ToBuffer(*answer);
    return absl::OkStatus();
  }

  void Finish(const absl::Status& status) {
    const absl::Status shown = ForCaller(status, method.path);
    Account(arrival, shown);
    reactor->Finish(ToGrpc(shown, arrival.call.language));
  }
};

}  // namespace

Dispatcher::Dispatcher(const ServerOptions& options, const TokenVerifier& verifier)
    : options_(options),
      verifier_(verifier),
      unary_executor_(options.workers, options.queue),
      stream_executor_(options.workers, options.queue) {}

grpc::ServerUnaryReactor* Dispatcher::Unary(const Method& method,
                                            grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto call = std::make_shared<UnaryCall>(UnaryCall{method, context, reactor, request, response,
                                                    ReadArrival(method, *context, options_)});
  const bool scheduled = unary_executor_.TrySchedule(
      [this, call] { call->Finish(Guarded([&] { return call->Run(options_, verifier_); })); });
  if (!scheduled) call->Finish(OverloadedError());
  return reactor;
}

bool Dispatcher::AdmitStream() {
  if (++streams_ <= options_.queue) return true;
  --streams_;
  return false;
}

}  // namespace rectify::rpc
