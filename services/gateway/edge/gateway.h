// Every public rpc over HTTP/JSON: finds the route, builds the message, asks the service, turns its
// answer back. It owns nothing and decides nothing: who may do what, the services judge by the
// caller's token.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/http/message.h"
#include "libs/http/server.h"
#include "libs/rpc/client.h"
#include "services/gateway/edge/readiness.h"
#include "services/gateway/feeds/feed_polls.h"
#include "services/gateway/routes/route_table.h"

namespace rectify::gateway {

// Thread-safe.
class Gateway {
 public:
  // `peers`: where each service is, "venue" → "127.0.0.1:7411". What no peer serves has no route.
  static absl::StatusOr<std::unique_ptr<Gateway>> Create(
      const std::map<std::string, std::string>& peers);

  void Handle(http::Request request, http::Respond respond) const;
  // As http::ServerOptions has it: files come in pieces.
  uint64_t MostInPieces(const http::Request& header) const;
  // Who waits for events is answered now, so that the server can stop.
  void StopWaiting();
  static http::Response Refuse(http::Fault fault);
  const RouteTable& routes() const { return routes_; }

 private:
  struct Exchange;
  explicit Gateway(RouteTable routes) : routes_(std::move(routes)) {}

  // The call that an exchange asks for; an error is its answer.
  absl::Status Begin(const std::shared_ptr<Exchange>& exchange) const;
  absl::StatusOr<const rpc::Client*> ClientFor(const Route& route,
                                               const google::protobuf::Message& request) const;
  void TakeFile(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                const google::protobuf::Message& first, rpc::CallOptions call) const;
  void SendCalendar(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                    const google::protobuf::Message& message, const rpc::CallOptions& call) const;
  void FollowFeed(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                  const google::protobuf::Message& message, const rpc::CallOptions& call) const;

  RouteTable routes_;
  const std::unique_ptr<FeedPolls> polls_ = std::make_unique<FeedPolls>();
  Clients clients_;                              // wait for their calls, which tell the polls
  std::map<std::string, http::Response> pages_;  // of the gateway itself, by path
};

}  // namespace rectify::gateway
