#include <memory>
#include <utility>

#include "grpcpp/generic/generic_stub.h"
#include "libs/rpc/client_impl.h"
#include "libs/rpc/errors.h"

namespace rectify::rpc {
namespace {

// Lives until gRPC has told the end.
struct Pending {
  grpc::ClientContext context;
  grpc::ByteBuffer request, answer;
  std::function<void(absl::StatusOr<std::string>)> done;
};

}  // namespace

void Client::Start(const google::protobuf::MethodDescriptor& method, const std::string& request,
                   const CallOptions& call,
                   std::function<void(absl::StatusOr<std::string> answer)> done) const {
  if (!impl_->usable.ok()) return done(impl_->usable);
  auto owned = std::make_unique<Pending>();
  impl_->Prepare(owned->context, absl::Now() + call.timeout.value_or(impl_->options.timeout), call);
  const grpc::Slice slice(request);
  owned->request = grpc::ByteBuffer(&slice, 1);
  owned->done = std::move(done);
  Pending* pending = owned.release();
  grpc::GenericStub(impl_->channel)
      .UnaryCall(&pending->context, PathOf(method), {}, &pending->request, &pending->answer,
                 [pending](const grpc::Status& status) {
                   const std::unique_ptr<Pending> ended(pending);
                   if (status.ok()) {
                     ended->done(Flatten(ended->answer));
                   } else {
                     ended->done(FromGrpc(status).status);
                   }
                 });
}

}  // namespace rectify::rpc
