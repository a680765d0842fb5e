#include "tests/unit/rpc/fixture.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/impl/client_unary_call.h"
#include "grpcpp/security/credentials.h"
#include "libs/base/error.h"
#include "libs/rpc/buffer.h"

namespace rectify::rpc {
namespace {

// Streams that no test replaced end at once.
class Nothing : public StreamSession {
 public:
  absl::Status OnMessage(const google::protobuf::Message&, Emitter&) override {
    return absl::OkStatus();
  }
};

absl::StatusOr<std::unique_ptr<StreamSession>> OpenNothing(const Call&) {
  return std::make_unique<Nothing>();
}

}  // namespace

const std::string& KeyFolder() {
  static const auto folder = [] {
    auto made = std::make_unique<testing::TempDir>();
    for (const char* id : {"people", "svc-clerk"}) {
      if (!CreateKeyPair(made->path(), id).ok()) std::abort();
    }
    return made;
  }();
  return folder->path();
}

std::string TokenOf(const Caller& caller, const std::string& key_id) {
  const auto signer = TokenSigner::FromFile(absl::StrCat(KeyFolder(), "/private/", key_id, ".pem"));
  return (*signer)->Sign(caller, absl::Hours(1)).value();
}

Caller Inspector(const std::string& district) {
  return {.subject = "users/zhang.wei", .roles = {"INSPECTOR"}, .district = district, .posts = {}};
}

Caller Clerk() {
  return {.subject = "services/clerk", .roles = {"SERVICE"}, .district = "", .posts = {}};
}

paper::v1::FilePaperRequest FileRequest() {
  paper::v1::FilePaperRequest request;
  request.mutable_paper()->set_folder("districts/120110");
  request.mutable_paper()->set_title("通知书");
  return request;
}

RpcTest::RpcTest()
    : verifier_(*TokenVerifier::FromFolder(KeyFolder() + "/public")),
      get_([](const Call&, const auto& request) -> absl::StatusOr<paper::v1::Paper> {
        return NotFoundError(request.name());
      }),
      file_([](const Call&, const auto& request) { return request.paper(); }),
      stamp_([](const Call&, const auto&) { return paper::v1::Paper(); }),
      list_(OpenNothing),
      add_(OpenNothing),
      copy_(OpenNothing) {}

RpcTest::~RpcTest() = default;

void RpcTest::TearDown() {
  if (server_ != nullptr) server_->Shutdown(absl::ZeroDuration());
}

void RpcTest::StartServer() {
  server_ = std::make_unique<Server>(options_, *verifier_);
  server_->Unary(kGetPaper, get_);
  server_->Unary(kFilePaper, file_);
  if (stamp_group_ != nullptr) {
    server_->Grouped<paper::v1::StampPaperRequest, paper::v1::Paper>(kStampPaper, stamp_group_);
  } else {
    server_->Unary(kStampPaper, stamp_);
  }
  server_->Unary<paper::v1::CountPapersRequest, paper::v1::CountPapersResponse>(
      kCountPapers, [](const Call&, const auto&) { return paper::v1::CountPapersResponse(); });
  server_->Stream(kListPapers, list_);
  server_->Stream(kAddPapers, add_);
  server_->Stream(kCopyPapers, copy_);
  ASSERT_OK(server_->Start());
  channel_ = server_->InProcessChannel();
}

void RpcTest::UseLoopback() {
  channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                 grpc::InsecureChannelCredentials());
}

Client RpcTest::MakeClient(const Caller& caller, int max_attempts) {
  return MakeClient(TokenOf(caller, caller.HasRole("SERVICE") ? "svc-clerk" : "people"),
                    max_attempts);
}

Client RpcTest::MakeClient(std::string token, int max_attempts) {
  ClientOptions options;
  options.token = [token = std::move(token)] { return token; };
  options.max_attempts = max_attempts;
  return Client(std::move(options), channel_);
}

grpc::Status RpcTest::RawCall(const std::string& path, const std::string& bytes,
                              const std::multimap<std::string, std::string>& metadata,
                              std::string* answer) {
  grpc::ClientContext context;
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  const grpc::internal::RpcMethod method(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Slice slice(bytes);
  grpc::ByteBuffer response;
  const grpc::Status status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
      channel_.get(), method, &context, grpc::ByteBuffer(&slice, 1), &response);
  if (answer != nullptr && status.ok()) *answer = Flatten(response);
  return status;
}

// The messages of grpc.health.v1 have one field each, so no stub is needed.
std::string RpcTest::Health(const std::string& service) {
  const std::string request =
      service.empty() ? "" : absl::StrCat("\x0a", std::string(1, service.size()), service);
  std::string answer;
  const grpc::Status status = RawCall("/grpc.health.v1.Health/Check", request, {}, &answer);
  if (!status.ok()) return status.error_message();
  return answer == "\x08\x01" ? "SERVING" : "NOT_SERVING";
}

}  // namespace rectify::rpc
