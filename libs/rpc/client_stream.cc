// One thread, two operations under way: the client sends while answers arrive, so that neither side
// waits for the other to read first.
#include <memory>

#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/client_impl.h"
#include "libs/rpc/errors.h"

namespace rectify::rpc {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

enum Tag : intptr_t { kStart = 1, kRead, kWrite, kHalfClose, kFinish };
// NOLINTNEXTLINE(performance-no-int-to-ptr): gRPC's tags are void*, and these are never followed
void* AsTag(Tag tag) { return reinterpret_cast<void*>(tag); }

class Pump {
 public:
  using Next = std::function<bool(Message&)>;
  using OnResponse = std::function<absl::Status(const Message&)>;

  Pump(const MethodDescriptor& method, const Next& next, const OnResponse& on_response)
      : next_(next), on_response_(on_response) {
    MessageFactory* factory = MessageFactory::generated_factory();
    request_.reset(factory->GetPrototype(method.input_type())->New());
    response_.reset(factory->GetPrototype(method.output_type())->New());
  }

  absl::Status Run(grpc::GenericStub& stub, grpc::ClientContext& context, const std::string& path) {
    context_ = &context;
    stream_ = stub.PrepareCall(&context, path, &queue_);
    stream_->StartCall(AsTag(kStart));
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
      Handle(static_cast<Tag>(reinterpret_cast<intptr_t>(tag)), ok);
    }
    if (!stopped_.ok()) return stopped_;
    return FromGrpc(status_).status;
  }

 private:
  void Handle(Tag tag, bool ok) {
    switch (tag) {
      case kStart:
        if (ok) {
          stream_->Read(&incoming_, AsTag(kRead));
          SendNext();
        } else {
          Finish();
        }
        break;
      case kWrite:
        if (ok && reading_ && stopped_.ok()) return SendNext();
        sending_ = false;
        break;
      case kHalfClose:
        sending_ = false;
        break;
      case kRead:
        if (ok) return TakeAnswer();
        reading_ = false;
        break;
      case kFinish:
        queue_.Shutdown();
        return;
    }
    if (!sending_ && !reading_) Finish();
  }

  void SendNext() {
    request_->Clear();
    if (!next_(*request_)) {
      stream_->WritesDone(AsTag(kHalfClose));
      return;
    }
    stream_->Write(ToBuffer(*request_), AsTag(kWrite));
  }

  void TakeAnswer() {
    if (stopped_.ok()) {
      stopped_ = FromBuffer(incoming_, *response_);
      if (stopped_.ok()) stopped_ = on_response_(*response_);
      if (!stopped_.ok()) context_->TryCancel();
    }
    stream_->Read(&incoming_, AsTag(kRead));
  }

  void Finish() {
    if (finishing_) return;
    finishing_ = true;
    stream_->Finish(&status_, AsTag(kFinish));
  }

  const Next& next_;
  const OnResponse& on_response_;
  std::unique_ptr<Message> request_, response_;
  grpc::ClientContext* context_ = nullptr;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer incoming_;
  bool sending_ = true, reading_ = true, finishing_ = false;
  absl::Status stopped_;  // why this side ended the call
  grpc::Status status_;
};

}  // namespace

absl::Status Client::Stream(absl::string_view method, const std::function<bool(Message&)>& next,
                            const std::function<absl::Status(const Message&)>& on_response,
                            absl::Duration timeout, const CallOptions& call) const {
  RETURN_IF_ERROR(impl_->usable);
  ASSIGN_OR_RETURN(const MethodDescriptor* descriptor, FindMethod(method));
  grpc::ClientContext context;
  impl_->Prepare(context, absl::Now() + timeout, call);
  grpc::GenericStub stub(impl_->channel);
  return Pump(*descriptor, next, on_response).Run(stub, context, PathOf(*descriptor));
}

}  // namespace rectify::rpc
