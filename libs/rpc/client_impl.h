// What the two kinds of calls of a Client share.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/security/credentials.h"
#include "libs/rpc/buffer.h"
#include "libs/rpc/client.h"

namespace rectify::rpc {

// Calls that no thread waits for. A client that goes waits for them: if the last of them let go of
// the channel, gRPC would have to end its threads from one of them.
class CallsUnderWay {
 public:
  // Of one call; destroyed after all that holds the channel.
  class Ticket {
   public:
    explicit Ticket(std::shared_ptr<CallsUnderWay> calls) : calls_(std::move(calls)) {
      absl::MutexLock lock(&calls_->mutex_);
      ++calls_->count_;
    }
    ~Ticket() {
      absl::MutexLock lock(&calls_->mutex_);
      --calls_->count_;
    }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

   private:
    const std::shared_ptr<CallsUnderWay> calls_;
  };

  void AwaitNone() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* count) { return *count == 0; }, &count_));
  }

 private:
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

struct Client::Impl {
  ~Impl() { calls->AwaitNone(); }

  ClientOptions options;
  absl::Status usable;  // why no channel could be made
  // Kept for the clients that are made with the same files.
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  std::shared_ptr<grpc::Channel> channel;
  // The state of the channel's connection may be asked for; an in-process one has none.
  bool has_connection = false;
  const std::shared_ptr<CallsUnderWay> calls = std::make_shared<CallsUnderWay>();

  // Deadline, token, language and trace of one attempt.
  void Prepare(grpc::ClientContext& context, absl::Time deadline, const CallOptions& call) const;
};

absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(absl::string_view name);
std::string PathOf(const google::protobuf::MethodDescriptor& method);

}  // namespace rectify::rpc
