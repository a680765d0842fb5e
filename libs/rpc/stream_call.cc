// A streaming call of any kind, served as a bidirectional one: the kinds do not differ on the wire.
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/alarm.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/chain.h"
#include "libs/rpc/dispatcher.h"
#include "libs/rpc/errors.h"

namespace rectify::rpc {
namespace {

// A client that takes no bytes for this long is given up, because it holds a thread.
constexpr absl::Duration kStallLimit = absl::Seconds(30);

// Cancels the call at its deadline also when the client set none and sends nothing. Apart from the
// call, because the alarm may ring while the call ends.
struct Watchdog {
  explicit Watchdog(grpc::CallbackServerContext* watched) : context(watched) {}
  absl::Mutex mutex;
  grpc::CallbackServerContext* context ABSL_GUARDED_BY(mutex);
};

// At any time either one read is under way or one task is queued or running, so nobody ever waits
// for the turn: it carries what a step has written to the thread of the next one, in a way that
// does not rest on gRPC's inside. Only writes have two threads at the same time.
class StreamCall final : public ByteStream, public Emitter {
 public:
  StreamCall(Dispatcher& dispatcher, const Method& method, grpc::CallbackServerContext* context)
      : dispatcher_(dispatcher),
        method_(method),
        context_(context),
        arrival_(ReadArrival(method, *context, dispatcher.options())),
        admitted_(dispatcher.AdmitStream()),
        watchdog_(std::make_shared<Watchdog>(context)) {
    if (!admitted_) {
      End(OverloadedError());
      return;
    }
    alarm_.Set(absl::ToChronoTime(arrival_.call.deadline), [watchdog = watchdog_](bool rang) {
      absl::MutexLock lock(&watchdog->mutex);
      if (rang && watchdog->context != nullptr) watchdog->context->TryCancel();
    });
    Schedule(&StreamCall::Begin);
  }

  void OnReadDone(bool ok) override {
    // Free by now: the step before has left it, and asked for this read then.
    { absl::MutexLock lock(&turn_); }
    Schedule(ok ? &StreamCall::TakeMessage : &StreamCall::TakeEnd);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    write_ok_ = ok;
  }

  void OnDone() override {
    {
      absl::MutexLock lock(&watchdog_->mutex);
      watchdog_->context = nullptr;
    }
    if (admitted_) dispatcher_.ReleaseStream();
    delete this;
  }

  absl::Status Emit(const google::protobuf::Message& response) override {
    if (response.GetDescriptor() != method_.descriptor->output_type()) {
      return absl::InternalError("the session emitted another type than its contract's");
    }
    if (emitted_++ > 0 && !method_.descriptor->server_streaming()) {
      return absl::InternalError("the session emitted two answers, its contract has one");
    }
    outgoing_ = ToBuffer(response);
    {
      absl::MutexLock lock(&mutex_);
      writing_ = true;
    }
    StartWrite(&outgoing_);
    absl::MutexLock lock(&mutex_);
    const absl::Condition written(this, &StreamCall::Written);
    if (!mutex_.AwaitWithTimeout(written, kStallLimit)) {
      context_->TryCancel();
      mutex_.Await(written);
    }
    return write_ok_ ? absl::OkStatus() : absl::CancelledError("the caller left");
  }

 private:
  // Ends the call on an error; each step otherwise says what comes next. Nothing may touch the call
  // after Finish, not even a return into a member.
  void Schedule(absl::Status (StreamCall::*step)()) {
    const auto run = [this, step] {
      const absl::StatusOr<bool> ended = TakeTurn(step);
      if (!ended.ok() || *ended) {
        End(ended.status());
      } else {
        StartRead(&incoming_);
      }
    };
    if (!dispatcher_.ScheduleStream(run)) End(OverloadedError());
  }

  // Whether the call ends with this step.
  absl::StatusOr<bool> TakeTurn(absl::Status (StreamCall::*step)()) {
    absl::MutexLock lock(&turn_);
    RETURN_IF_ERROR(Guarded([&] { return (this->*step)(); }));
    return ended_;
  }

  absl::Status Begin() {
    RETURN_IF_ERROR(CheckBudget(arrival_.call, *context_, dispatcher_.options()));
    ASSIGN_OR_RETURN(arrival_.call.caller,
                     Authorize(method_, arrival_.authorization, dispatcher_.verifier(), *context_,
                               dispatcher_.options()));
    return absl::OkStatus();
  }

  absl::Status TakeMessage() {
    RETURN_IF_ERROR(CheckTime());
    const std::string bytes = Flatten(incoming_);
    ASSIGN_OR_RETURN(auto request, ReadRequest(method_, bytes, arrival_.call.caller,
                                               /*continuation=*/session_ != nullptr));
    if (session_ == nullptr) {
      IdentifyCommand(*request, bytes, arrival_.call);
      RETURN_IF_ERROR(Open());
    }
    RETURN_IF_ERROR(session_->OnMessage(*request, *this));
    if (method_.descriptor->client_streaming()) return absl::OkStatus();
    return CallOnEnd();
  }

  absl::Status TakeEnd() {
    RETURN_IF_ERROR(CheckTime());
    if (!method_.descriptor->client_streaming()) {
      return FieldError("", {"请求缺少消息", "the request has no message"}, "MALFORMED_MESSAGE");
    }
    if (session_ == nullptr) {
      IdentifyCommand(*method_.request_prototype, "", arrival_.call);
      RETURN_IF_ERROR(Open());
    }
    return CallOnEnd();
  }

  absl::Status CheckTime() const {
    if (arrival_.call.deadline <= absl::Now()) {
      return MakeError(absl::StatusCode::kDeadlineExceeded,
                       {.reason = "DEADLINE_TOO_SHORT",
                        .text = {"传输超过时限，未全部处理", "the stream was over its time"},
                        .metadata = {},
                        .violations = {}});
    }
    return context_->IsCancelled() ? absl::CancelledError("the caller left") : absl::OkStatus();
  }

  absl::Status Open() {
    ASSIGN_OR_RETURN(session_, method_.handlers.stream(arrival_.call));
    if (session_ == nullptr) return absl::InternalError("the handler opened no session");
    return absl::OkStatus();
  }

  absl::Status CallOnEnd() {
    ended_ = true;
    RETURN_IF_ERROR(session_->OnEnd(*this));
    if (emitted_ == 0 && !method_.descriptor->server_streaming()) {
      return absl::InternalError("the session emitted no answer, its contract has one");
    }
    return absl::OkStatus();
  }

  void End(const absl::Status& status) {
    session_.reset();
    const absl::Status shown = ForCaller(status, method_.path);
    Account(arrival_, shown);
    Finish(ToGrpc(shown, arrival_.call.language));
  }

  bool Written() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !writing_; }

  Dispatcher& dispatcher_;
  const Method& method_;
  grpc::CallbackServerContext* const context_;
  Arrival arrival_;
  const bool admitted_;
  const std::shared_ptr<Watchdog> watchdog_;
  grpc::Alarm alarm_;
  absl::Mutex turn_;
  std::unique_ptr<StreamSession> session_;  // may refer to arrival_.call
  bool ended_ = false;
  int emitted_ = 0;
  grpc::ByteBuffer incoming_, outgoing_;
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool write_ok_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

ByteStream* Dispatcher::Stream(const Method& method, grpc::CallbackServerContext* context) {
  return new StreamCall(*this, method, context);
}

}  // namespace rectify::rpc
