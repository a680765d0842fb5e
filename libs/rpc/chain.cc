#include "libs/rpc/chain.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "libs/rpc/behavior.h"
#include "libs/rpc/trace.h"
#include "libs/rpc/wire.h"

namespace rectify::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A stream lives as long as its client wants, but not for ever.
constexpr absl::Duration kMaxStreamLife = absl::Hours(1);
// gRPC reports "no deadline" as an instant far away (about the year 2262).
constexpr absl::Duration kNoDeadline = absl::Hours(24 * 365);

std::string Metadata(const grpc::CallbackServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

absl::Time Deadline(const Method& method, const grpc::CallbackServerContext& context,
                    const ServerOptions& options, absl::Time now) {
  const absl::Time wanted = absl::FromChrono(context.deadline());
  const bool none = wanted > now + kNoDeadline;
  const absl::Duration most = method.streaming() ? kMaxStreamLife : options.max_deadline;
  const absl::Duration otherwise = method.streaming() ? kMaxStreamLife : options.default_deadline;
  const absl::Time limit = none ? now + otherwise : std::min(wanted, now + most);
  return limit - options.return_margin;
}

std::string ResourceName(const Method& method, const Message& request) {
  const Message* message = &request;
  for (const FieldDescriptor* field : method.resource_path) {
    if (field->message_type() == nullptr)
      return message->GetReflection()->GetString(*message, field);
    message = &message->GetReflection()->GetMessage(*message, field);
  }
  return "";
}

// A foreign object answers as a missing one, so that names tell nothing.
absl::Status CheckDistrict(const Method& method, const Message& request, const Caller& caller,
                           bool continuation) {
  if (method.resource_path.empty()) return absl::OkStatus();
  const bool anywhere =
      caller.district.empty() && (caller.HasRole("SERVICE") || caller.HasRole("OPERATOR"));
  if (anywhere || method.is_public) return absl::OkStatus();
  const std::string name = ResourceName(method, request);
  if (name.empty() &&
      (continuation || HasBehavior(*method.resource_path.back(), google::api::REQUIRED))) {
    return absl::OkStatus();  // the field rules say what is missing
  }
  const std::string district = absl::StrCat("districts/", caller.district);
  const bool own = !caller.district.empty() &&
                   (name == district || absl::StartsWith(name, absl::StrCat(district, "/")));
  if (own) return absl::OkStatus();
  // A name of no district is a slip of the pen rather than somebody else's thing.
  if (!absl::StartsWith(name, "districts/")) RETURN_IF_ERROR(ValidateMessage(request));
  return NotFoundError(name);
}

// gRPC tells of a certificate only after it was verified.
absl::Status CheckCertificate(const std::string& subject, const grpc::AuthContext& connection) {
  const std::string needed = absl::StrCat(kCertificateUri, subject);
  const auto names = connection.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
  if (std::find(names.begin(), names.end(), needed) != names.end()) return absl::OkStatus();
  const bool none = connection.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME).empty();
  return MakeError(
      absl::StatusCode::kUnauthenticated,
      {.reason = none ? "CERTIFICATE_MISSING" : "CERTIFICATE_MISMATCH",
       .text = {absl::StrCat("服务令牌只能在出示证书 ", needed, " 的连接上使用，本连接",
                             none ? "没有证书" : "的证书不是它"),
                absl::StrCat("a service's token is taken only with the certificate ", needed,
                             none ? ", the connection has none" : ", the connection has another")},
       .metadata = {{"needed", needed}},
       .violations = {}});
}

}  // namespace

// The first language of accept-language that we have; Chinese otherwise.
std::string LanguageOf(const grpc::CallbackServerContext& context) {
  return PreferredLanguage(Metadata(context, "accept-language"));
}

Arrival ReadArrival(const Method& method, const grpc::CallbackServerContext& context,
                    const ServerOptions& options) {
  Arrival arrival;
  arrival.time = absl::Now();
  arrival.authorization = Metadata(context, "authorization");
  arrival.call.method = method.path;
  arrival.call.deadline = Deadline(method, context, options, arrival.time);
  arrival.call.language = LanguageOf(context);
  arrival.call.trace = Metadata(context, "traceparent");
  if (!IsTraceparent(arrival.call.trace)) arrival.call.trace = NewTraceparent();
  return arrival;
}

absl::StatusOr<Caller> Authorize(const Method& method, absl::string_view authorization,
                                 const TokenVerifier& verifier,
                                 const grpc::CallbackServerContext& context,
                                 const ServerOptions& options) {
  if (method.is_public) return Caller();
  constexpr absl::string_view kScheme = "bearer ";
  absl::string_view token;
  if (absl::StartsWithIgnoreCase(authorization, kScheme)) {
    token = absl::StripAsciiWhitespace(authorization.substr(kScheme.size()));
  }
  ASSIGN_OR_RETURN(Caller caller, verifier.Verify(token));
  if (!options.tls.client_ca_file.empty() && caller.HasRole("SERVICE")) {
    RETURN_IF_ERROR(CheckCertificate(caller.subject, *context.auth_context()));
  }
  if (std::any_of(method.any_of.begin(), method.any_of.end(),
                  [&](const std::string& role) { return caller.HasRole(role); })) {
    return caller;
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied,
      {.reason = "ROLE_MISSING",
       .text = {absl::StrCat("您的岗位无权执行 ", method.descriptor->name()),
                absl::StrCat("none of your roles may call ", method.descriptor->name())},
       .metadata = {{"method", method.path}, {"any_of", absl::StrJoin(method.any_of, ",")}},
       .violations = {}});
}

absl::StatusOr<std::unique_ptr<Message>> ReadRequest(const Method& method, absl::string_view bytes,
                                                     const Caller& caller, bool continuation) {
  std::unique_ptr<Message> request(method.request_prototype->New());
  RETURN_IF_ERROR(ParseStrict(bytes, *request));
  RETURN_IF_ERROR(CheckDistrict(method, *request, caller, continuation));
  RETURN_IF_ERROR(ValidateMessage(*request));
  return request;
}

void IdentifyCommand(const Message& request, absl::string_view bytes, Call& call) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field != nullptr && field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated()) {
    call.request_id = request.GetReflection()->GetString(request, field);
  }
  if (call.request_id.empty()) call.request_id = NewUuid7(absl::Now());
  call.fingerprint = Fingerprint(*request.GetDescriptor(), bytes);
}

absl::Status CheckBudget(const Call& call, const grpc::CallbackServerContext& context,
                         const ServerOptions& options) {
  if (context.IsCancelled()) return absl::CancelledError("the caller left");
  if (call.deadline - absl::Now() >= options.minimum_work) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   {.reason = "DEADLINE_TOO_SHORT",
                    .text = {"剩余时间不足，未开始处理，请放宽时限后重试",
                             "too little time was left to begin, try again with more"},
                    .metadata = {},
                    .violations = {}});
}

void Account(const Arrival& arrival, const absl::Status& status) {
  const absl::Duration elapsed = absl::Now() - arrival.time;
  const std::string code = absl::StatusCodeToString(status.code());
  metrics::Count("rectify_rpc_requests_total", {{"method", arrival.call.method}, {"code", code}});
  metrics::Observe("rectify_rpc_seconds", {{"method", arrival.call.method}}, elapsed);
  log::Info("rpc", {{"method", arrival.call.method},
                    {"code", code},
                    {"reason", ReasonOf(status)},
                    {"caller", arrival.call.caller.subject},
                    {"ms", absl::ToDoubleMilliseconds(elapsed)},
                    {"trace", arrival.call.trace}});
}

}  // namespace rectify::rpc
