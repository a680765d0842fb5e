// Calls by method descriptor: one client class for every contract, no generated stubs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/rpc/tls.h"

namespace grpc {
class Channel;
}

namespace rectify::rpc {

struct ClientOptions {
  std::string target;  // "127.0.0.1:50051" or "dns:///host:port"
  ClientTls tls;
  std::function<std::string()> token;  // called per attempt; empty string: none
  absl::Duration timeout = absl::Seconds(10);
  int max_attempts = 4;  // on UNAVAILABLE, for idempotent rules or with a request_id
};

// Of one call, where it differs from the client's own.
struct CallOptions {
  std::string token;     // empty: the client's
  std::string language;  // of error texts: "zh-CN" or "en"; empty: the server's default, Chinese
  std::string trace;     // W3C traceparent to continue; empty: a new one
  std::optional<absl::Duration> timeout;
};

// The answers of a call that streams them, encoded; gRPC holds back a server that is faster than
// its reader. Thread-safe.
class Arrivals {
 public:
  using Arrival = absl::StatusOr<std::optional<std::string>>;  // nullopt: that was all
  virtual ~Arrivals() = default;
  // Calls `got` once, now or on a thread of gRPC's that it must not hold. Asked one after another.
  virtual void Next(std::function<void(Arrival)> got) = 0;
  // Ends the call, unless it has ended: who waits is answered with CANCELLED. Whoever lets go of it
  // before its end must call this; whoever keeps it must let go before the client goes.
  virtual void Cancel() = 0;
};

// The requests of a call that streams them, encoded; gRPC holds back a sender that is faster than
// its server. Thread-safe.
class Departures {
 public:
  virtual ~Departures() = default;
  // Calls `sent` once, now or on a thread of gRPC's that it must not hold: true when the next may
  // be sent, false when the call takes no more, because it has its answer or its end. One after
  // another.
  virtual void Send(std::string request, std::function<void(bool)> sent) = 0;
  // That was all, of a call that takes more: the answer comes.
  virtual void End() = 0;
  // Ends the call, unless it has ended. Whoever has started a call ends it in one of the two ways.
  virtual void Cancel() = 0;
};

// Thread-safe; one per target and process. Errors come back with their ErrorDetail (DetailOf
// works).
class Client {
 public:
  explicit Client(ClientOptions options);
  Client(ClientOptions options, std::shared_ptr<grpc::Channel> channel);
  ~Client();

  // FAILED_PRECONDITION when the options allow no connection; each call fails with it then.
  const absl::Status& usable() const;

  // `method`: full name "rectify.venue.v1.VenueRegistry.CreateVenue".
  template <typename Response>
  absl::StatusOr<Response> Unary(absl::string_view method, const google::protobuf::Message& request,
                                 const CallOptions& call = {}) const {
    Response response;
    absl::Status status = UnaryInto(method, request, response, call);
    if (!status.ok()) return status;
    return response;
  }
  absl::Status UnaryInto(absl::string_view method, const google::protobuf::Message& request,
                         google::protobuf::Message& response, const CallOptions& call = {}) const;

  // Without waiting, encoded messages: `done` is called once, on a thread of gRPC's that it must
  // not hold. Not retried.
  void Start(const google::protobuf::MethodDescriptor& method, const std::string& request,
             const CallOptions& call,
             std::function<void(absl::StatusOr<std::string> answer)> done) const;

  // Whether the server serves (grpc.health.v1), without waiting; OK, or why not.
  void CheckHealth(absl::Duration timeout, std::function<void(absl::Status)> done) const;

  // The same as Start for a method that streams its answers.
  std::shared_ptr<Arrivals> StartStream(const google::protobuf::MethodDescriptor& method,
                                        const std::string& request, const CallOptions& call) const;

  // The same as Start for a method that streams its requests; `done` may be called while they are
  // still being sent. Whoever keeps what is returned must let go before the client goes.
  std::shared_ptr<Departures> StartSending(
      const google::protobuf::MethodDescriptor& method, const CallOptions& call,
      std::function<void(absl::StatusOr<std::string> answer)> done) const;

  // Streaming of any kind: `next` fills the next request and returns false when there are no more;
  // `on_response` gets each answer and may end the call by returning an error. Not retried.
  absl::Status Stream(
      absl::string_view method, const std::function<bool(google::protobuf::Message&)>& next,
      const std::function<absl::Status(const google::protobuf::Message&)>& on_response,
      absl::Duration timeout, const CallOptions& call = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rectify::rpc
