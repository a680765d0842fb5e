#include "libs/rpc/client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/impl/client_unary_call.h"
#include "grpcpp/support/channel_arguments.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/client_impl.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/trace.h"
#include "libs/rpc/transport.h"
#include "rectify/authz/v1/authz.pb.h"

namespace rectify::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);
constexpr absl::Duration kMaxBackoff = absl::Seconds(2);
constexpr int kMaxAnswerBytes = 16 << 20;
constexpr int kKeepaliveMs = 60'000, kKeepaliveTimeoutMs = 10'000;
// A server that restarts is back within a second; gRPC's own first pause is longer than that. What
// gRPC calls the least backoff is how long an attempt to connect may take.
constexpr int kFirstReconnectMs = 100, kMaxReconnectMs = 2'000, kConnectTimeoutMs = 5'000;

std::shared_ptr<grpc::Channel> Connect(
    const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

bool HasRequestId(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("request_id");
  return field != nullptr && field->type() == FieldDescriptor::TYPE_STRING &&
         !field->is_repeated() && !request.GetReflection()->GetString(request, field).empty();
}

bool MayRepeat(const MethodDescriptor& method, const Message& request) {
  return method.options().GetExtension(authz::v1::rule).idempotent() || HasRequestId(request);
}

absl::Duration Backoff(int attempt, absl::Duration asked) {
  const absl::Duration own = std::min(kMaxBackoff, kFirstBackoff * (1 << std::min(attempt, 10)));
  return std::max(asked, WithJitter(own));
}

// gRPC ends the whole process over a header with a byte that none may have, and no token of anybody
// has one: what is sent instead is refused as a token.
std::string Sendable(std::string token) {
  const bool visible = std::all_of(token.begin(), token.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  return visible ? std::move(token) : "-";
}

// Ends early when a lost connection is back. Waits for the channel rather than sleeping: gRPC 1.51
// moves a connection forward only while somebody does; calls that fail at once do not, and its
// background thread looks every 5 s.
void WaitForConnection(grpc::Channel& channel, absl::Duration pause) {
  if (channel.GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_READY) return absl::SleepFor(pause);
  channel.WaitForConnected(absl::ToChronoTime(absl::Now() + pause));
}

}  // namespace

absl::StatusOr<const MethodDescriptor*> FindMethod(absl::string_view name) {
  const auto* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(std::string(name));
  if (method != nullptr) return method;
  return absl::InternalError(absl::StrCat(name, " is in no contract of this binary"));
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

void Client::Impl::Prepare(grpc::ClientContext& context, absl::Time deadline,
                           const CallOptions& call) const {
  context.set_deadline(absl::ToChronoTime(deadline));
  const std::string token = Sendable(!call.token.empty() ? call.token
                                     : options.token     ? options.token()
                                                         : std::string());
  if (!token.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
  if (!call.language.empty()) context.AddMetadata("accept-language", call.language);
  context.AddMetadata("traceparent", IsTraceparent(call.trace) ? call.trace : NewTraceparent());
}

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  auto credentials = ChannelCredentials(impl_->options.target, impl_->options.tls);
  impl_->usable = credentials.status();
  if (!credentials.ok()) return;
  impl_->credentials = *std::move(credentials);
  impl_->channel = Connect(impl_->options.target, impl_->credentials);
  impl_->has_connection = true;
}

Client::Client(ClientOptions options, std::shared_ptr<grpc::Channel> channel)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->channel = std::move(channel);
}

Client::~Client() = default;

const absl::Status& Client::usable() const { return impl_->usable; }

absl::Status Client::UnaryInto(absl::string_view method, const Message& request, Message& response,
                               const CallOptions& call) const {
  RETURN_IF_ERROR(impl_->usable);
  ASSIGN_OR_RETURN(const MethodDescriptor* descriptor, FindMethod(method));
  if (request.GetDescriptor() != descriptor->input_type() ||
      response.GetDescriptor() != descriptor->output_type()) {
    return absl::InternalError(absl::StrCat(method, " is called with other types than its own"));
  }
  const std::string path = PathOf(*descriptor);
  const grpc::internal::RpcMethod rpc(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::ByteBuffer bytes = ToBuffer(request);
  const absl::Time deadline = absl::Now() + call.timeout.value_or(impl_->options.timeout);
  const int attempts = MayRepeat(*descriptor, request) ? impl_->options.max_attempts : 1;
  for (int attempt = 0;; ++attempt) {
    grpc::ClientContext context;
    impl_->Prepare(context, deadline, call);
    grpc::ByteBuffer answer;
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
            impl_->channel.get(), rpc, &context, bytes, &answer);
    if (status.ok()) return FromBuffer(answer, response);
    const RemoteError error = FromGrpc(status);
    if (error.status.code() != absl::StatusCode::kUnavailable || attempt + 1 >= attempts) {
      return error.status;
    }
    const absl::Duration pause = Backoff(attempt, error.retry_delay);
    if (absl::Now() + pause >= deadline) return error.status;
    if (impl_->has_connection) {
      WaitForConnection(*impl_->channel, pause);
    } else {
      absl::SleepFor(pause);
    }
  }
}

}  // namespace rectify::rpc
