// A call that streams its requests, driven by gRPC's callbacks: no thread waits for it.
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/client_callback.h"
#include "libs/rpc/client_impl.h"
#include "libs/rpc/errors.h"

namespace rectify::rpc {
namespace {

using Done = std::function<void(absl::StatusOr<std::string>)>;

// What becomes of a call for which there is no channel, and whose end has been told.
class NoDepartures : public Departures {
 public:
  void Send(std::string, std::function<void(bool)> sent) override { sent(false); }
  void End() override {}
  void Cancel() override {}
};

// The hold keeps the call open while no write is under way; it goes when nothing will be sent any
// more, and only then does gRPC tell the end.
class Sending : public Departures,
                public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Sending(std::shared_ptr<CallsUnderWay> calls, Done done)
      : ticket_(std::move(calls)), done_(std::move(done)) {}

  grpc::ClientContext& context() { return context_; }

  // gRPC keeps it until the end, its owner as long as he likes.
  void Begin(std::shared_ptr<Sending> self, const std::shared_ptr<grpc::Channel>& channel,
             const std::string& path) {
    self_ = std::move(self);
    grpc::GenericStub(channel).PrepareBidiStreamingCall(&context_, path, {}, this);
    AddHold();
    StartRead(&answer_);
    StartCall();
  }

  void Send(std::string request, std::function<void(bool)> sent) override {
    const grpc::Slice slice(request);
    {
      absl::MutexLock lock(&mutex_);
      if (open_) {
        sent_ = std::exchange(sent, nullptr);
        request_ = grpc::ByteBuffer(&slice, 1);
      }
    }
    if (sent != nullptr) return sent(false);
    StartWrite(&request_);
  }

  void End() override {
    {
      absl::MutexLock lock(&mutex_);
      if (!std::exchange(open_, false)) return;
    }
    StartWritesDone();
    RemoveHold();
  }

  void Cancel() override {
    context_.TryCancel();
    SendNoMore();
  }

  // The answer, or the end of a call that has none: either way the server takes no more.
  void OnReadDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      answered_ = ok;
    }
    SendNoMore();
  }

  void OnWriteDone(bool ok) override {
    std::function<void(bool)> sent;
    bool go_on = false;
    {
      absl::MutexLock lock(&mutex_);
      sent = std::exchange(sent_, nullptr);
      go_on = open_ && ok;
      open_ = go_on;
    }
    sent(go_on);
    if (!go_on) RemoveHold();
  }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Sending> self = std::move(self_);
    const Done done = std::exchange(done_, nullptr);
    bool answered = false;
    {
      absl::MutexLock lock(&mutex_);
      answered = answered_;
    }
    if (!status.ok()) return done(FromGrpc(status).status);
    if (!answered) return done(absl::InternalError("the call ended without an answer"));
    done(Flatten(answer_));
  }

 private:
  // A write that is under way ends by itself, and finds the call closed.
  void SendNoMore() {
    {
      absl::MutexLock lock(&mutex_);
      if (!std::exchange(open_, false) || sent_ != nullptr) return;
    }
    RemoveHold();
  }

  const CallsUnderWay::Ticket ticket_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, answer_;
  std::shared_ptr<Sending> self_;
  Done done_;
  absl::Mutex mutex_;
  bool open_ ABSL_GUARDED_BY(mutex_) = true;  // more may be sent
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void(bool)> sent_ ABSL_GUARDED_BY(mutex_);  // of a write that is under way
};

}  // namespace

std::shared_ptr<Departures> Client::StartSending(
    const google::protobuf::MethodDescriptor& method, const CallOptions& call,
    std::function<void(absl::StatusOr<std::string> answer)> done) const {
  if (!impl_->usable.ok()) {
    done(impl_->usable);
    return std::make_shared<NoDepartures>();
  }
  const auto sending = std::make_shared<Sending>(impl_->calls, std::move(done));
  impl_->Prepare(sending->context(), absl::Now() + call.timeout.value_or(impl_->options.timeout),
                 call);
  sending->Begin(sending, impl_->channel, PathOf(method));
  return sending;
}

}  // namespace rectify::rpc
