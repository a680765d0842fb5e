#include "libs/rpc/unary_call.h"

#include "libs/base/status_macros.h"
#include "libs/rpc/errors.h"

namespace rectify::rpc {

UnaryCall::UnaryCall(const Method& method, grpc::CallbackServerContext& context,
                     const grpc::ByteBuffer& request, grpc::ByteBuffer& response,
                     const ServerOptions& options)
    : method_(method),
      context_(context),
      reactor_(context.DefaultReactor()),
      request_(request),
      response_(response),
      options_(options),
      arrival_(ReadArrival(method, context, options)) {}

absl::Status UnaryCall::CheckBudget() const {
  return rpc::CheckBudget(arrival_.call, context_, options_);
}

absl::Status UnaryCall::Read(const TokenVerifier& verifier) {
  RETURN_IF_ERROR(CheckBudget());
  ASSIGN_OR_RETURN(arrival_.call.caller,
                   Authorize(method_, arrival_.authorization, verifier, context_, options_));
  const std::string bytes = Flatten(request_);
  ASSIGN_OR_RETURN(message_, ReadRequest(method_, bytes, arrival_.call.caller, false));
  IdentifyCommand(*message_, bytes, arrival_.call);
  return absl::OkStatus();
}

void UnaryCall::Finish(const absl::StatusOr<grpc::ByteBuffer>& answer) {
  if (answer.ok()) response_ = *answer;
  const absl::Status shown = ForCaller(answer.status(), method_.path);
  Account(arrival_, shown);
  reactor_->Finish(ToGrpc(shown, arrival_.call.language));
}

}  // namespace rectify::rpc
