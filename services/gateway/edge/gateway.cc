#include "services/gateway/edge/gateway.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/http/target.h"
#include "services/gateway/calendar/deadline_calendar.h"
#include "services/gateway/edge/readiness.h"
#include "services/gateway/edge/refusal.h"
#include "services/gateway/edge/request_headers.h"
#include "services/gateway/feeds/feed_answer.h"
#include "services/gateway/openapi/document.h"
#include "services/gateway/partners/passports.h"
#include "services/gateway/sheets/export.h"
#include "services/gateway/transcode/answer.h"
#include "services/gateway/transcode/request.h"
#include "services/gateway/transcode/upload.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Message;

// Longer than any service takes for a unary call; whoever waits longer has gone.
constexpr absl::Duration kTimeout = absl::Seconds(30);
constexpr absl::Duration kStreamTimeout = absl::Minutes(10);
// As long as services let a call last: half a gigabyte over a telephone.
constexpr absl::Duration kUploadTimeout = absl::Hours(1);
// Services know what they take of which kind, and take less.
constexpr uint64_t kMostUpload = 512 << 20;

absl::Status NoRoute() {
  return MakeError(absl::StatusCode::kNotFound, {.reason = "UNKNOWN_METHOD",
                                                 .text = {"没有这个路径", "there is no such path"},
                                                 .metadata = {},
                                                 .violations = {}});
}

}  // namespace

absl::Status Gateway::OpenDoor(const GatewayOptions& options) {
  const auto registry = clients_.find("partner");
  if (registry == clients_.end() || options.keys.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      std::unique_ptr<rpc::TokenSigner> signer,
      rpc::TokenSigner::FromFile(absl::StrCat(options.keys, "/private/", kOwnKey, ".pem")));
  own_token_ = std::make_unique<rpc::OwnToken>(std::move(signer), "services/gateway");
  door_ = std::make_unique<PartnerDoor>(*registry->second, *own_token_);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Create(const GatewayOptions& options) {
  std::set<std::string> services;
  for (const auto& [name, target] : options.peers) services.insert(name);
  ASSIGN_OR_RETURN(RouteTable routes, RouteTable::Create(services));
  ASSIGN_OR_RETURN(Adapters adapters, Adapters::Create(options.adapters));
  std::unique_ptr<Gateway> gateway(new Gateway(std::move(routes), std::move(adapters)));
  for (const auto& [name, target] : options.peers) {
    rpc::ClientOptions client;
    client.target = target;
    client.tls = options.tls;
    client.timeout = kTimeout;
    gateway->clients_[name] = std::make_unique<rpc::Client>(std::move(client));
    RETURN_IF_ERROR(gateway->clients_[name]->usable());
  }
  RETURN_IF_ERROR(gateway->OpenDoor(options));
  const Json document = OpenApiDocument(gateway->routes_);
  gateway->pages_["/openapi.json"] = ToPage(document.dump(1), "application/json");
  gateway->pages_["/docs"] = ToPage(ReferencePage(document), "text/html; charset=utf-8");
  gateway->pages_["/livez"] = ToPage("ok\n", "text/plain");
  return gateway;
}

http::Response Gateway::Refuse(http::Fault fault) {
  return ToProblem(RefusalOf(fault), "zh-CN", http::StatusOf(fault));
}

absl::StatusOr<const rpc::Client*> Gateway::ClientFor(const Route& route,
                                                      const Message& request) const {
  std::string service = route.service, asked = service;
  if (route.owner != Owner::kPackage) {
    const char* field = route.owner == Owner::kSource ? "source" : "subject";
    asked = request.GetReflection()->GetString(request,
                                               request.GetDescriptor()->FindFieldByName(field));
    service = route.owner == Owner::kSource ? asked : routes_.OwnerOf(asked).value_or("");
  }
  absl::StatusOr<const rpc::Client*> client = ClientOf(service);
  return client.ok() ? client : NotFoundError(asked);
}

absl::StatusOr<const rpc::Client*> Gateway::ClientOf(const std::string& service) const {
  const auto found = clients_.find(service);
  if (found == clients_.end()) return NotFoundError(service);
  return found->second.get();
}

bool Gateway::AnswerPage(Exchange& exchange, const std::string& verb) const {
  if (verb != "GET") return false;
  if (const auto page = pages_.find(exchange.request.target); page != pages_.end()) {
    exchange.Answer(page->second);
    return true;
  }
  if (exchange.request.target != "/readyz") return false;
  AnswerReadiness(clients_, [self = exchange.shared_from_this()](http::Response response) {
    self->Answer(std::move(response));
  });
  return true;
}

absl::Status Gateway::Begin(const std::shared_ptr<Exchange>& exchange) const {
  ASSIGN_OR_RETURN(http::Target target, http::ParseTarget(exchange->request.target));
  const std::string& method = exchange->request.method;
  const std::string verb = method == "HEAD" ? "GET" : method;
  if (AnswerPage(*exchange, verb)) return absl::OkStatus();
  exchange->adapter = adapters_.Find(target.segments);
  if (exchange->adapter != nullptr) {
    AskAdapter(exchange, verb, std::move(target));
    return absl::OkStatus();
  }
  exchange->calendar = TakeCalendarSuffix(target.segments);
  if (!exchange->calendar) exchange->sheet = TakeSheetSuffix(target.segments);
  const Found found = routes_.Find(verb, target.segments);
  if (found.route == nullptr) {
    if (found.allowed.empty()) return NoRoute();
    exchange->NotAllowed(found.allowed);
    return absl::OkStatus();
  }
  exchange->route = found.route;
  if (exchange->calendar && !HasCalendar(*found.route->method)) return NoRoute();
  if (exchange->visitor) {
    RETURN_IF_ERROR(exchange->visitor->MayCall(found.route->method->full_name()));
  }
  if (exchange->sheet && !HasSheet(*found.route)) return NoRoute();
  return Ask(exchange, found.captures, target.query);
}

absl::Status Gateway::Ask(const std::shared_ptr<Exchange>& exchange,
                          const std::vector<Capture>& captures, const Query& query) const {
  const http::Request& asked = exchange->request;
  const Route& route = *exchange->route;
  if (const auto form = SheetFormOf(asked.headers.Get("Content-Type")); form && TakesSheet(route)) {
    return TakeSheet(exchange, {route, captures, query, *form});
  }
  RETURN_IF_ERROR(CheckJson(asked));
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> message,
                   BuildRequest(route, captures, query, asked.body));
  RETURN_IF_ERROR(FillFromHeaders(asked.headers, route, *message));
  ASSIGN_OR_RETURN(const rpc::Client* client, ClientFor(route, *message));
  if (TakesFile(route)) {
    RETURN_IF_ERROR(SetMediaType(asked.headers, *message));
    TakeFile(exchange, *client, *message);
  } else if (route.method->server_streaming()) {
    rpc::CallOptions call = exchange->Call();
    call.timeout = kStreamTimeout;
    exchange->AnswerInPieces(
        client->StartStream(*route.method, message->SerializeAsString(), call));
  } else if (IsFeed(*route.method)) {
    FollowFeed(exchange, *client, *message);
  } else if (exchange->calendar) {
    SendCalendar(exchange, *client, *message);
  } else if (exchange->sheet) {
    AnswerSheet(AskBy(exchange, *client), route, *message, *exchange->sheet, *workers_,
                exchange->answer());
  } else {
    client->Start(
        *route.method, message->SerializeAsString(), exchange->Call(),
        [exchange](const absl::StatusOr<std::string>& answer) { exchange->AnswerAsJson(answer); });
  }
  return absl::OkStatus();
}

// Puts questions to the method of the exchange, for what takes several to answer.
AskPage Gateway::AskBy(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client) {
  return [&client, method = exchange->route->method, call = exchange->Call()](
             const Message& question, std::function<void(absl::StatusOr<std::string>)> answer) {
    client.Start(*method, question.SerializeAsString(), call, std::move(answer));
  };
}

void Gateway::TakeFile(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                       const Message& first) const {
  const Route& route = *exchange->route;
  rpc::CallOptions call = exchange->Call();
  call.timeout = kUploadTimeout;
  const StartCall start = [&](std::function<void(absl::StatusOr<std::string>)> done) {
    return client.StartSending(*route.method, call, std::move(done));
  };
  Upload(route, first, std::exchange(exchange->request.pieces, nullptr), start,
         {.answered =
              [exchange](const absl::StatusOr<std::string>& answer) {
                exchange->AnswerAsJson(answer);
              },
          .broken = [exchange](const absl::Status& why) { exchange->FailWithoutBody(why); }});
}

void Gateway::FollowFeed(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                         const Message& message) const {
  event::v1::ReadEventsRequest request;
  request.CopyFrom(message);
  AnswerFeed(
      *polls_, AskBy(exchange, client), std::move(request), exchange->request,
      [exchange](const absl::Status& status) { return exchange->Problem(status).body; },
      exchange->answer());
}

void Gateway::SendCalendar(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                           const Message& message) const {
  deadline::v1::ListClocksRequest request;
  request.CopyFrom(message);
  AnswerCalendar(AskBy(exchange, client), std::move(request), exchange->answer());
}

absl::Status Gateway::TakeSheet(const std::shared_ptr<Exchange>& exchange, Import import) const {
  const http::Headers& headers = exchange->request.headers;
  ASSIGN_OR_RETURN(import.key, IdempotencyKeyIn(headers));
  ASSIGN_OR_RETURN(const rpc::Client* client, ClientOf(import.route.service));
  import.body = std::move(exchange->request.body);
  import.as_json = WantsJson(headers.Get("Accept"));
  import.english = exchange->language == "en";
  AnswerImport(
      AskBy(exchange, *client),
      [exchange](const absl::Status& status) { return exchange->Problem(status).body; },
      std::move(import), *workers_, exchange->answer());
  return absl::OkStatus();
}

void Gateway::AskAdapter(const std::shared_ptr<Exchange>& exchange, std::string verb,
                         http::Target target) const {
  const http::Request& asked = exchange->request;
  const auto rest = target.segments.begin() + 2;
  const Question question = {
      std::move(verb),         target.segments[1], {rest, target.segments.end()},
      std::move(target.query), asked.headers,      asked.body,
      exchange->language};
  const std::string credential =
      exchange->token.empty() ? exchange->adapter->CredentialIn(question) : exchange->token;
  Admit(exchange, credential, [this, exchange, question] {
    const auto ask = [this, exchange](const google::protobuf::MethodDescriptor& method,
                                      const std::string& request,
                                      std::function<void(absl::StatusOr<std::string>)> answered) {
      if (exchange->visitor) {
        absl::Status may = exchange->visitor->MayCall(method.full_name());
        if (!may.ok()) return answered(std::move(may));
      }
      const absl::StatusOr<const rpc::Client*> client = ClientOf(ServiceOf(*method.file()));
      if (!client.ok()) return answered(client.status());
      (*client)->Start(method, request, exchange->Call(), std::move(answered));
    };
    exchange->adapter->Answer(question, ask, [exchange](http::Response response) {
      exchange->Answer(std::move(response));
    });
  });
}

uint64_t Gateway::MostInPieces(const http::Request& header) const {
  if (header.method != "POST" && header.method != "PUT") return 0;
  const auto target = http::ParseTarget(header.target);
  return target.ok() && routes_.TakesFile(header.method, target->segments) ? kMostUpload : 0;
}

void Gateway::StopWaiting() { polls_->Stop(); }

void Gateway::Handle(http::Request request, http::Respond respond) const {
  const auto exchange = std::make_shared<Exchange>(std::move(request), std::move(respond));
  Admit(exchange, CredentialIn(exchange->request.headers),
        [this, exchange] { BeginOrFail(exchange); });
}

void Gateway::Admit(const std::shared_ptr<Exchange>& exchange, const std::string& credential,
                    const std::function<void()>& go) const {
  const CredentialKind kind = KindOf(credential);
  if (kind == CredentialKind::kOwn) return exchange->Fail(OwnTokenFromOutside());
  if (kind == CredentialKind::kToken || door_ == nullptr) {
    exchange->token = credential;
    return go();
  }
  if (kind == CredentialKind::kIdToken) {
    return door_->LogIn(credential, exchange->language,
                        [exchange, go](const absl::StatusOr<Passports::Passport>& passport) {
                          if (!passport.ok()) return exchange->Fail(passport.status());
                          exchange->token = (*passport)->token();
                          go();
                        });
  }
  door_->Enter(credential, exchange->request.remote, exchange->language,
               [exchange, go](absl::StatusOr<Visitor> visitor) {
                 if (!visitor.ok()) return exchange->Fail(visitor.status());
                 exchange->visitor = *std::move(visitor);
                 if (!exchange->visitor->standing.granted) return exchange->Fail(TooManyRequests());
                 exchange->token = exchange->visitor->passport->token();
                 go();
               });
}

void Gateway::BeginOrFail(const std::shared_ptr<Exchange>& exchange) const {
  if (absl::Status status = Begin(exchange); !status.ok()) exchange->Fail(status);
}

}  // namespace rectify::gateway
