// A gRPC server whose behaviour comes from the contract: it walks the descriptors of its services,
// refuses to start when a method has no handler or no permission rule, and runs every call through
// one chain:
//
//   bytes → bounded executor → deadline budget → token (→ certificate) → role
//         → parse (unknown fields, UTF-8) → district → field rules → handler → google.rpc error
//         details → metrics, one log line
//
// Strangers do not reach the parser; a full executor costs no parsing at all.
//
// Handlers are plain synchronous functions; they may block on the database. Streaming calls are
// sessions fed one message at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/rpc/call.h"
#include "libs/rpc/tls.h"
#include "libs/rpc/token.h"

namespace grpc {
class Channel;
}

namespace rectify::rpc {

// Answers of a streaming call, from within the session's methods only. Emit blocks when the client
// reads slowly; it fails when the call ended, or the client read nothing for 30 s.
class Emitter {
 public:
  virtual ~Emitter() = default;
  virtual absl::Status Emit(const google::protobuf::Message& response) = 0;
};

// One streaming call, opened when its first message has passed the checks. Its methods are called
// one after another, on any thread. Server streaming: one OnMessage, then OnEnd. The final status
// of the call is the first error returned, or OK after OnEnd. A client that dies can look like one
// that ended, so what OnEnd does must be right also for a part of the messages. A call lasts as
// long as its client wants, at most an hour.
class StreamSession {
 public:
  virtual ~StreamSession() = default;
  virtual absl::Status OnMessage(const google::protobuf::Message& request, Emitter& emit) = 0;
  virtual absl::Status OnEnd(Emitter&) { return absl::OkStatus(); }
};

// One call of a group.
template <typename Request>
struct Asked {
  const Call& call;
  const Request& request;
};

struct ServerOptions {
  std::string listen = "127.0.0.1:0";
  int workers = 4;  // executor threads; match the database pool
  int queue = 64;   // waiting calls; more are refused with OVERLOADED
  int max_message_bytes = 4 << 20;
  absl::Duration default_deadline = absl::Seconds(10);  // for callers that set none
  absl::Duration max_deadline = absl::Seconds(60);
  absl::Duration return_margin = absl::Milliseconds(20);  // kept for the answer's way back
  absl::Duration minimum_work = absl::Milliseconds(30);   // refuse when less is left
  ServerTls tls;
};

class Server {
 public:
  // `verifier` outlives the server.
  Server(ServerOptions options, const TokenVerifier& verifier);
  ~Server();

  // Registers the handler of a unary method; `method` is its full name
  // "rectify.venue.v1.VenueRegistry.CreateVenue". Request and response types must be the
  // contract's.
  template <typename Request, typename Response>
  void Unary(absl::string_view method,
             std::function<absl::StatusOr<Response>(const Call&, const Request&)> handler) {
    AddUnary(
        method, Request::descriptor(), Response::descriptor(),
        [handler = std::move(handler)](const Call& call, const google::protobuf::Message& request)
            -> absl::StatusOr<std::unique_ptr<google::protobuf::Message>> {
          absl::StatusOr<Response> response = handler(call, static_cast<const Request&>(request));
          if (!response.ok()) return response.status();
          return std::make_unique<Response>(*std::move(response));
        });
  }

  // Registers the handler of a unary method whose waiting calls are done together: while groups are
  // at work, the calls that arrive make up the next one. A lone call waits for nobody. The handler
  // returns encoded responses, one for each call and in their order.
  template <typename Request, typename Response>
  void Grouped(
      absl::string_view method,
      std::function<std::vector<absl::StatusOr<std::string>>(const std::vector<Asked<Request>>&)>
          handler) {
    AddGrouped(method, Request::descriptor(), Response::descriptor(),
               [handler = std::move(handler)](const std::vector<AskedMessage>& asked) {
                 std::vector<Asked<Request>> typed;
                 typed.reserve(asked.size());
                 for (const AskedMessage& one : asked) {
                   typed.push_back({one.call, static_cast<const Request&>(one.request)});
                 }
                 return handler(typed);
               });
  }

  // Registers a streaming method of any kind.
  void Stream(absl::string_view method,
              std::function<absl::StatusOr<std::unique_ptr<StreamSession>>(const Call&)> open);

  // FAILED_PRECONDITION, naming them all, when a method of a registered service lacks a handler or
  // a rule, or a handler's types are not the contract's. UNAVAILABLE when the port is taken. Health
  // answers NOT_SERVING until SetServing(true).
  absl::Status Start();
  void SetServing(bool serving);  // no effect before Start and after Shutdown
  int port() const;
  // Only until Shutdown: gRPC 1.51 ends running calls of such a channel at once, and crashes on a
  // new one.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // NOT_SERVING, stops accepting, lets running calls end within `grace`, then cancels them.
  void Shutdown(absl::Duration grace);

 private:
  using UnaryHandler = std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>(
      const Call&, const google::protobuf::Message&)>;
  using AskedMessage = Asked<google::protobuf::Message>;
  using GroupHandler =
      std::function<std::vector<absl::StatusOr<std::string>>(const std::vector<AskedMessage>&)>;
  void AddUnary(absl::string_view method, const google::protobuf::Descriptor* request,
                const google::protobuf::Descriptor* response, UnaryHandler handler);
  void AddGrouped(absl::string_view method, const google::protobuf::Descriptor* request,
                  const google::protobuf::Descriptor* response, GroupHandler handler);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Checks a request against the rules of its contract: REQUIRED (of an update only what its mask
// names), max_size, clean text without NUL, page sizes, Date validity, resource name patterns,
// enums within range. INVALID_ARGUMENT with one violation per wrong field. Exposed for tests and
// for data that arrives by other ways (files).
absl::Status ValidateMessage(const google::protobuf::Message& message);

}  // namespace rectify::rpc
