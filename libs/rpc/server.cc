#include "libs/rpc/server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/chain.h"
#include "libs/rpc/dispatcher.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/method_table.h"
#include "libs/rpc/transport.h"

namespace rectify::rpc {
namespace {

using google::protobuf::Descriptor;
using grpc::ByteBuffer;
using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

constexpr int kMinPingIntervalMs = 30'000;
// Connections end now and then, so that clients spread over replicas that came later.
constexpr int kMaxConnectionAgeMs = 300'000;

// Serves the methods of one contract from their descriptors. As a registered service, not a generic
// one, it is listed by reflection.
class ContractService : public grpc::Service {
 public:
  ContractService(const MethodService& service, Dispatcher& dispatcher) {
    for (const Method* method : service.methods) Serve(*method, dispatcher);
  }

 private:
  void Serve(const Method& method, Dispatcher& dispatcher) {
    const auto type = method.streaming() ? RpcMethod::BIDI_STREAMING : RpcMethod::NORMAL_RPC;
    AddMethod(new RpcServiceMethod(method.path.c_str(), type, nullptr));
    grpc::internal::MethodHandler* handler;
    if (method.streaming()) {
      handler = new grpc::internal::CallbackBidiHandler<ByteBuffer, ByteBuffer>(
          [&](grpc::CallbackServerContext* context) { return dispatcher.Stream(method, context); });
    } else {
      handler = new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
          [&](grpc::CallbackServerContext* context, const ByteBuffer* request,
              ByteBuffer* response) {
            return dispatcher.Unary(method, context, request, response);
          });
    }
    MarkMethodRawCallback(count_++, handler);
  }

  int count_ = 0;
};

// Answers what no contract knows, so that this error has details like every other.
class UnknownMethods : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    class Refusal : public grpc::ServerGenericBidiReactor {
     public:
      explicit Refusal(const grpc::Status& status) { Finish(status); }
      void OnDone() override { delete this; }
    };
    const std::string& name = context->method();
    const absl::Status status =
        MakeError(absl::StatusCode::kUnimplemented,
                  {.reason = "UNKNOWN_METHOD",
                   .text = {absl::StrCat("没有方法 ", name), absl::StrCat("no method ", name)},
                   .metadata = {{"method", name}},
                   .violations = {}});
    return new Refusal(ToGrpc(status, LanguageOf(*context)));
  }
};

}  // namespace

struct Server::Impl {
  Impl(ServerOptions server_options, const TokenVerifier& token_verifier)
      : options(std::move(server_options)), verifier(token_verifier) {}

  // Only one process may own a port: with SO_REUSEPORT a second one would silently share it.
  void Configure(grpc::ServerBuilder& builder) const {
    builder.SetMaxReceiveMessageSize(options.max_message_bytes);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kMinPingIntervalMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMs);
  }

  ServerOptions options;
  const TokenVerifier& verifier;
  MethodTable table;
  std::unique_ptr<Dispatcher> dispatcher;
  std::vector<std::string> service_names;
  std::vector<std::unique_ptr<ContractService>> services;
  UnknownMethods unknown_methods;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

Server::Server(ServerOptions options, const TokenVerifier& verifier)
    : impl_(std::make_unique<Impl>(std::move(options), verifier)) {}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

void Server::AddUnary(absl::string_view method, const Descriptor* request,
                      const Descriptor* response, UnaryHandler handler) {
  impl_->table.Add(method, request, response, {.unary = std::move(handler)});
}

void Server::AddGrouped(absl::string_view method, const Descriptor* request,
                        const Descriptor* response, GroupHandler handler) {
  impl_->table.Add(method, request, response, {.group = std::move(handler)});
}

void Server::Stream(
    absl::string_view method,
    std::function<absl::StatusOr<std::unique_ptr<StreamSession>>(const Call&)> open) {
  impl_->table.Add(method, nullptr, nullptr, {.stream = std::move(open)});
}

absl::Status Server::Start() {
  ASSIGN_OR_RETURN(const std::vector<MethodService> contracts, impl_->table.Resolve());
  ASSIGN_OR_RETURN(auto credentials, ServerCredentials(impl_->options.listen, impl_->options.tls));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  impl_->Configure(builder);
  builder.AddListeningPort(impl_->options.listen, credentials, &impl_->port);
  impl_->dispatcher = std::make_unique<Dispatcher>(impl_->options, impl_->verifier, contracts);
  for (const MethodService& contract : contracts) {
    impl_->service_names.push_back(contract.name);
    impl_->services.push_back(std::make_unique<ContractService>(contract, *impl_->dispatcher));
    builder.RegisterService(impl_->services.back().get());
  }
  builder.RegisterCallbackGenericService(&impl_->unknown_methods);
  impl_->server = builder.BuildAndStart();
  if (impl_->server == nullptr) {
    return absl::UnavailableError(absl::StrCat("can't listen on ", impl_->options.listen));
  }
  SetServing(false);
  return absl::OkStatus();
}

void Server::SetServing(bool serving) {
  if (impl_->server == nullptr) return;
  grpc::HealthCheckServiceInterface* health = impl_->server->GetHealthCheckService();
  health->SetServingStatus("", serving);
  for (const std::string& name : impl_->service_names) health->SetServingStatus(name, serving);
}

int Server::port() const { return impl_->port; }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  return impl_->server->InProcessChannel({});
}

void Server::Shutdown(absl::Duration grace) {
  if (impl_->server == nullptr) return;
  SetServing(false);
  impl_->server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  impl_->server->Wait();
  impl_->server.reset();
  impl_->dispatcher.reset();
}

}  // namespace rectify::rpc
