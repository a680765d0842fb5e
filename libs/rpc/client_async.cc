#include <memory>
#include <utility>

#include "grpcpp/generic/generic_stub.h"
#include "libs/rpc/client_impl.h"
#include "libs/rpc/errors.h"

namespace rectify::rpc {
namespace {

// Lives until gRPC has told the end.
struct Pending {
  explicit Pending(std::shared_ptr<CallsUnderWay> calls) : ticket(std::move(calls)) {}

  const CallsUnderWay::Ticket ticket;
  grpc::ClientContext context;
  grpc::ByteBuffer request, answer;
  std::function<void(absl::StatusOr<std::string>)> done;
};

void Begin(std::unique_ptr<Pending> owned, const std::shared_ptr<grpc::Channel>& channel,
           const std::string& path, const std::string& request) {
  const grpc::Slice slice(request);
  owned->request = grpc::ByteBuffer(&slice, 1);
  Pending* pending = owned.release();
  grpc::GenericStub(channel).UnaryCall(&pending->context, path, {}, &pending->request,
                                       &pending->answer, [pending](const grpc::Status& status) {
                                         const std::unique_ptr<Pending> ended(pending);
                                         if (status.ok()) {
                                           ended->done(Flatten(ended->answer));
                                         } else {
                                           ended->done(FromGrpc(status).status);
                                         }
                                       });
}

}  // namespace

void Client::Start(const google::protobuf::MethodDescriptor& method, const std::string& request,
                   const CallOptions& call,
                   std::function<void(absl::StatusOr<std::string> answer)> done) const {
  if (!impl_->usable.ok()) return done(impl_->usable);
  auto pending = std::make_unique<Pending>(impl_->calls);
  impl_->Prepare(pending->context, absl::Now() + call.timeout.value_or(impl_->options.timeout),
                 call);
  pending->done = std::move(done);
  Begin(std::move(pending), impl_->channel, PathOf(method), request);
}

// The messages of grpc.health.v1 have one field each, so no contract is needed: the request names
// no service of the server, the answer's first field is 1 for SERVING.
void Client::CheckHealth(absl::Duration timeout, std::function<void(absl::Status)> done) const {
  if (!impl_->usable.ok()) return done(impl_->usable);
  auto pending = std::make_unique<Pending>(impl_->calls);
  pending->context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  pending->done = [done = std::move(done)](const absl::StatusOr<std::string>& answer) {
    if (!answer.ok()) return done(answer.status());
    done(*answer == "\x08\x01" ? absl::OkStatus() : absl::UnavailableError("not serving"));
  };
  Begin(std::move(pending), impl_->channel, "/grpc.health.v1.Health/Check", "");
}

}  // namespace rectify::rpc
