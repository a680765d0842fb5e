// The steps that every call goes through before its handler. No step knows whether the call is
// unary or a stream.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "libs/rpc/buffer.h"
#include "libs/rpc/call.h"
#include "libs/rpc/method_table.h"
#include "libs/rpc/server.h"
#include "libs/rpc/token.h"

namespace rectify::rpc {

// What arrived besides the message.
struct Arrival {
  absl::Time time;
  std::string authorization;  // the header's value
  Call call;                  // method, deadline, trace and language are set
};
Arrival ReadArrival(const Method& method, const grpc::CallbackServerContext& context,
                    const ServerOptions& options);

// "zh-CN" or "en".
std::string LanguageOf(const grpc::CallbackServerContext& context);

// The token's caller, when one of its roles may call the method. A service must have the connection
// for it too, when the server has a client CA: UNAUTHENTICATED with CERTIFICATE_MISSING or
// CERTIFICATE_MISMATCH otherwise.
absl::StatusOr<Caller> Authorize(const Method& method, absl::string_view authorization,
                                 const TokenVerifier& verifier,
                                 const grpc::CallbackServerContext& context,
                                 const ServerOptions& options);

// Parses and checks one message: encoding, district, field rules. `continuation`: a later message
// of a stream, which may leave the resource field empty.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ReadRequest(const Method& method,
                                                                       absl::string_view bytes,
                                                                       const Caller& caller,
                                                                       bool continuation);

// Fills request_id and fingerprint.
void IdentifyCommand(const google::protobuf::Message& request, absl::string_view bytes, Call& call);

// DEADLINE_EXCEEDED when less than the minimum is left, CANCELLED when nobody waits any more.
absl::Status CheckBudget(const Call& call, const grpc::CallbackServerContext& context,
                         const ServerOptions& options);

// One log line and the figures of a call that ended.
void Account(const Arrival& arrival, const absl::Status& status);

// An exception must not leave a handler: gRPC would answer UNIMPLEMENTED, or the process would end.
template <typename F>
absl::Status Guarded(F&& step) {
  try {
    return std::forward<F>(step)();
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("exception: ", e.what()));
  } catch (...) {
    return absl::InternalError("exception of unknown type");
  }
}

}  // namespace rectify::rpc
