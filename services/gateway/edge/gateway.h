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
#include "libs/http/target.h"
#include "libs/rpc/client.h"
#include "libs/rpc/own_token.h"
#include "services/gateway/adapters/adapters.h"
#include "services/gateway/edge/exchange.h"
#include "services/gateway/edge/readiness.h"
#include "services/gateway/feeds/feed_polls.h"
#include "services/gateway/partners/partner_door.h"
#include "services/gateway/routes/route_table.h"
#include "services/gateway/sheets/import.h"
#include "services/gateway/sheets/workers.h"

namespace rectify::gateway {

struct GatewayOptions {
  // Where each service is, "venue" → "127.0.0.1:7411". What no peer serves has no route.
  std::map<std::string, std::string> peers;
  rpc::ClientTls tls;  // towards them
  // Folder with private/svc-gateway.pem, by which it asks the partner registry. Empty: neither keys
  // of partners nor logins elsewhere are taken, only tokens of ours.
  std::string keys;
  AdapterFiles adapters;
};

// Thread-safe.
class Gateway {
 public:
  static absl::StatusOr<std::unique_ptr<Gateway>> Create(const GatewayOptions& options);

  void Handle(http::Request request, http::Respond respond) const;
  // As http::ServerOptions has it: files come in pieces.
  uint64_t MostInPieces(const http::Request& header) const;
  // Who waits for events is answered now, so that the server can stop.
  void StopWaiting();
  static http::Response Refuse(http::Fault fault);
  const RouteTable& routes() const { return routes_; }

 private:
  Gateway(RouteTable routes, Adapters adapters)
      : routes_(std::move(routes)), adapters_(std::move(adapters)) {}

  absl::Status OpenDoor(const GatewayOptions& options);
  // Goes on as whoever shows the credential, or answers why not.
  void Admit(const std::shared_ptr<Exchange>& exchange, const std::string& credential,
             const std::function<void()>& go) const;
  // What an exchange asks for, once it is known who asks; an error is its answer.
  void BeginOrFail(const std::shared_ptr<Exchange>& exchange) const;
  absl::Status Begin(const std::shared_ptr<Exchange>& exchange) const;
  // Whether it was one of the gateway's own pages.
  bool AnswerPage(Exchange& exchange, const std::string& verb) const;
  // What its route asks for, in the form that the exchange wants.
  absl::Status Ask(const std::shared_ptr<Exchange>& exchange, const std::vector<Capture>& captures,
                   const Query& query) const;
  absl::StatusOr<const rpc::Client*> ClientFor(const Route& route,
                                               const google::protobuf::Message& request) const;
  absl::StatusOr<const rpc::Client*> ClientOf(const std::string& service) const;
  static AskPage AskBy(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client);
  void TakeFile(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                const google::protobuf::Message& first) const;
  void SendCalendar(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                    const google::protobuf::Message& message) const;
  absl::Status TakeSheet(const std::shared_ptr<Exchange>& exchange, Import import) const;
  void FollowFeed(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                  const google::protobuf::Message& message) const;

  // Answers in another standard than ours.
  void AskAdapter(const std::shared_ptr<Exchange>& exchange, std::string verb,
                  http::Target target) const;

  RouteTable routes_;
  Adapters adapters_;
  const std::unique_ptr<FeedPolls> polls_ = std::make_unique<FeedPolls>();
  std::unique_ptr<rpc::OwnToken> own_token_;
  std::unique_ptr<PartnerDoor> door_;  // nullptr: no partner registry
  const std::unique_ptr<SheetWorkers> workers_ = std::make_unique<SheetWorkers>();
  Clients clients_;                              // wait for their calls, which tell the polls
  std::map<std::string, http::Response> pages_;  // of the gateway itself, by path
};

}  // namespace rectify::gateway
