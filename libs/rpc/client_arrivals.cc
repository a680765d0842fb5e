// A call that streams its answers, driven by gRPC's callbacks: no thread waits for it.
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

// What becomes of a call for which there is no channel.
class NoArrivals : public Arrivals {
 public:
  explicit NoArrivals(absl::Status why) : why_(std::move(why)) {}
  void Next(std::function<void(Arrival)> got) override { got(why_); }
  void Cancel() override {}

 private:
  const absl::Status why_;
};

// The hold keeps the call open while no read is under way; it goes when nothing will be read any
// more, and only then does gRPC tell the end.
class Reading : public Arrivals,
                public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Reading(const std::string& request, std::shared_ptr<CallsUnderWay> calls)
      : ticket_(std::move(calls)) {
    const grpc::Slice slice(request);
    request_ = grpc::ByteBuffer(&slice, 1);
  }

  grpc::ClientContext& context() { return context_; }

  // gRPC keeps it until the end, its owner as long as he likes.
  void Begin(std::shared_ptr<Reading> self, const std::shared_ptr<grpc::Channel>& channel,
             const std::string& path) {
    self_ = std::move(self);
    grpc::GenericStub(channel).PrepareBidiStreamingCall(&context_, path, {}, this);
    AddHold();
    StartWriteLast(&request_, {});
    StartCall();
  }

  void Next(std::function<void(Arrival)> got) override {
    std::optional<Arrival> end;
    bool read = false;
    {
      absl::MutexLock lock(&mutex_);
      end = end_;
      if (!end.has_value()) {
        got_ = std::exchange(got, nullptr);
        read = holding_;
        reading_ = read;
      }
    }
    if (end.has_value()) return got(*std::move(end));
    if (read) StartRead(&answer_);
  }

  void Cancel() override {
    context_.TryCancel();
    ReadNoMore(/*unless_reading=*/true);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return ReadNoMore(/*unless_reading=*/false);
    std::function<void(Arrival)> got;
    {
      absl::MutexLock lock(&mutex_);
      reading_ = false;
      got = std::exchange(got_, nullptr);
    }
    got(Arrival(Flatten(answer_)));
  }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Reading> self = std::move(self_);
    Arrival end = status.ok() ? Arrival(std::nullopt) : Arrival(FromGrpc(status).status);
    std::function<void(Arrival)> got;
    {
      absl::MutexLock lock(&mutex_);
      end_ = end;
      got = std::exchange(got_, nullptr);
    }
    if (got != nullptr) got(std::move(end));
  }

 private:
  void ReadNoMore(bool unless_reading) {
    {
      absl::MutexLock lock(&mutex_);
      if (!holding_ || (unless_reading && reading_)) return;
      holding_ = reading_ = false;
    }
    RemoveHold();
  }

  const CallsUnderWay::Ticket ticket_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, answer_;
  std::shared_ptr<Reading> self_;
  absl::Mutex mutex_;
  bool holding_ ABSL_GUARDED_BY(mutex_) = true;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void(Arrival)> got_ ABSL_GUARDED_BY(mutex_);
  std::optional<Arrival> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<Arrivals> Client::StartStream(const google::protobuf::MethodDescriptor& method,
                                              const std::string& request,
                                              const CallOptions& call) const {
  if (!impl_->usable.ok()) return std::make_shared<NoArrivals>(impl_->usable);
  const auto reading = std::make_shared<Reading>(request, impl_->calls);
  impl_->Prepare(reading->context(), absl::Now() + call.timeout.value_or(impl_->options.timeout),
                 call);
  reading->Begin(reading, impl_->channel, PathOf(method));
  return reading;
}

}  // namespace rectify::rpc
