#include "services/gateway/edge/gateway.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/http/target.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "libs/rpc/call.h"
#include "libs/rpc/errors.h"
#include "services/gateway/calendar/deadline_calendar.h"
#include "services/gateway/edge/readiness.h"
#include "services/gateway/edge/refusal.h"
#include "services/gateway/feeds/feed_answer.h"
#include "services/gateway/openapi/document.h"
#include "services/gateway/sheets/export.h"
#include "services/gateway/transcode/answer.h"
#include "services/gateway/transcode/content_type.h"
#include "services/gateway/transcode/request.h"
#include "services/gateway/transcode/stream.h"
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

absl::Status HeaderError(absl::string_view name, absl::string_view zh, absl::string_view en) {
  return FieldError(name, {absl::StrCat("请求头 ", name, " ", zh), absl::StrCat(name, " ", en)});
}

// JSON, said or not; anything else would be guessed at.
absl::Status CheckContentType(const http::Request& request) {
  constexpr char kJson[] = "application/json";
  if (request.body.empty() || HasContentType(request.headers, kJson)) return absl::OkStatus();
  return ContentTypeError(kJson);
}

// What headers say of the request: the same key again is the same command, and an etag must fit.
absl::Status ReadHeaders(const http::Headers& headers, const Route& route, Message& message) {
  if (const absl::string_view key = headers.Get("Idempotency-Key"); !key.empty()) {
    if (!IsUuid(key)) return HeaderError("Idempotency-Key", "须为 UUID", "must be a UUID");
    RETURN_IF_ERROR(SetFromHeader(message, "request_id", "Idempotency-Key", key).status());
  }
  if (const absl::string_view etag = headers.Get("If-Match"); !etag.empty() && etag != "*") {
    const std::string field = EtagField(route);
    if (field.empty()) return HeaderError("If-Match", "在此不适用", "means nothing to this method");
    RETURN_IF_ERROR(SetFromHeader(message, field, "If-Match", etag).status());
  }
  return absl::OkStatus();
}

// Of a program that knows names and passwords only, the token is the password.
std::string TokenIn(const http::Headers& headers) {
  const absl::string_view value = headers.Get("Authorization");
  if (absl::StartsWithIgnoreCase(value, "Bearer ")) return std::string(value.substr(7));
  std::string pair;
  if (!absl::StartsWithIgnoreCase(value, "Basic ") ||
      !absl::Base64Unescape(value.substr(6), &pair)) {
    return "";
  }
  const size_t colon = pair.find(':');
  return colon == std::string::npos ? "" : pair.substr(colon + 1);
}

// "…/clocks.ics" is "…/clocks" as a calendar.
bool TakeCalendarSuffix(std::vector<std::string>& segments) {
  if (segments.empty() || !absl::EndsWith(segments.back(), kCalendarSuffix)) return false;
  segments.back() = std::string(absl::StripSuffix(segments.back(), kCalendarSuffix));
  return true;
}

bool Unchanged(const http::Request& request, const http::Response& response) {
  const absl::string_view known = request.headers.Get("If-None-Match");
  return request.method == "GET" && response.status == 200 && !known.empty() &&
         known == response.headers.Get("ETag");
}

}  // namespace

// One request until it is answered.
struct Gateway::Exchange : std::enable_shared_from_this<Exchange> {
  http::Request request;
  http::Respond respond;
  absl::Time begin;
  std::string language;
  bool calendar = false;
  std::optional<SheetForm> sheet;
  const Route* route = nullptr;
  std::string token;
  std::optional<Visitor> visitor;  // when a partner's key was shown
  const Adapter* adapter = nullptr;

  std::string Method() const {
    if (adapter != nullptr) return adapter->name();
    return route == nullptr ? "none" : route->method->full_name();
  }
  void Answer(http::Response response) {
    if (Unchanged(request, response)) {
      response.status = 304;
      response.body.clear();
    }
    if (visitor) AddStanding(visitor->standing, absl::Now(), response.headers);
    response.headers.Add("Cache-Control", "no-store");
    response.headers.Add("X-Content-Type-Options", "nosniff");
    const absl::Duration took = absl::Now() - begin;
    const std::string method = Method();
    metrics::Count("rectify_gateway_requests_total",
                   {{"method", method}, {"status", absl::StrCat(response.status)}});
    metrics::Observe("rectify_gateway_request_seconds", {{"method", method}}, took);
    if (visitor) {
      metrics::Count("rectify_gateway_partner_requests_total",
                     {{"partner", visitor->partner()}, {"status", absl::StrCat(response.status)}});
    }
    log::Info("http", {{"verb", request.method},
                       {"method", method},
                       {"status", response.status},
                       {"ms", absl::ToDoubleMilliseconds(took)},
                       {"remote", request.remote},
                       {"partner", visitor ? visitor->partner() : ""}});
    respond(std::move(response));
  }
  void AnswerOrFail(absl::StatusOr<http::Response> response) {
    if (!response.ok()) return Fail(response.status());
    Answer(*std::move(response));
  }
  std::function<void(absl::StatusOr<http::Response>)> answer() {
    return [self = shared_from_this()](absl::StatusOr<http::Response> response) {
      self->AnswerOrFail(std::move(response));
    };
  }
  void AnswerAsJson(const absl::StatusOr<std::string>& answer) {
    if (!answer.ok()) return Fail(answer.status());
    AnswerOrFail(ToResponse(*route->method->output_type(), *answer));
  }
  // The first answer tells whether there is anything to send at all.
  void AnswerInPieces(std::shared_ptr<rpc::Arrivals> arrivals) {
    rpc::Arrivals& source = *arrivals;
    source.Next([self = shared_from_this(),
                 arrivals = std::move(arrivals)](const rpc::Arrivals::Arrival& first) mutable {
      if (!first.ok()) return self->Fail(first.status());
      self->AnswerOrFail(
          ToStreamResponse(*self->route->method->output_type(), *first, std::move(arrivals)));
    });
  }
  // A status of gRPC's own, or an internal one, gets the text that callers may see.
  http::Response Problem(const absl::Status& status) const {
    http::Response problem = ToProblem(rpc::ForCaller(status, Method()), language);
    if ((calendar || sheet) && problem.status == 401) {
      problem.headers.Set("WWW-Authenticate", "Basic realm=\"rectify\", charset=\"UTF-8\"");
    }
    return problem;
  }
  void Fail(const absl::Status& status) { Answer(Problem(status)); }
  // The body did not come whole.
  void FailWithoutBody(const absl::Status& why) {
    const std::optional<http::Fault> fault = http::FaultOf(why);
    if (!fault) return Fail(why);
    Answer(ToProblem(RefusalOf(*fault), language, http::StatusOf(*fault)));
  }
  void NotAllowed(const std::set<std::string>& allowed) {
    http::Response response =
        ToProblem(MakeError(absl::StatusCode::kUnimplemented,
                            {.reason = "UNKNOWN_METHOD",
                             .text = {"该路径不支持此方法", "the path does not know this method"},
                             .metadata = {{"allow", absl::StrJoin(allowed, ", ")}},
                             .violations = {}}),
                  language, 405);
    response.headers.Add("Allow", absl::StrJoin(allowed, ", "));
    Answer(std::move(response));
  }
};

rpc::CallOptions Gateway::CallFor(const Exchange& exchange) {
  rpc::CallOptions call;
  call.token = exchange.token;
  call.language = exchange.language;
  call.trace = std::string(exchange.request.headers.Get("traceparent"));
  return call;
}

absl::Status Gateway::OpenDoor(const GatewayOptions& options) {
  const auto registry = clients_.find("partner");
  if (registry == clients_.end() || options.keys.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::unique_ptr<rpc::TokenSigner> signer,
                   rpc::TokenSigner::FromFile(options.keys + "/private/svc-gateway.pem"));
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
    client.timeout = kTimeout;
    gateway->clients_[name] = std::make_unique<rpc::Client>(std::move(client));
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

absl::Status Gateway::Begin(const std::shared_ptr<Exchange>& exchange) const {
  const http::Request& asked = exchange->request;
  ASSIGN_OR_RETURN(http::Target target, http::ParseTarget(asked.target));
  const std::string verb = asked.method == "HEAD" ? "GET" : asked.method;
  if (const auto page = pages_.find(asked.target); page != pages_.end() && verb == "GET") {
    exchange->Answer(page->second);
    return absl::OkStatus();
  }
  if (asked.target == "/readyz" && verb == "GET") {
    AnswerReadiness(clients_,
                    [exchange](http::Response response) { exchange->Answer(std::move(response)); });
    return absl::OkStatus();
  }
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
  const Route& route = *found.route;
  if (exchange->calendar && !HasCalendar(*route.method)) return NoRoute();
  if (exchange->visitor) RETURN_IF_ERROR(exchange->visitor->MayCall(route.method->full_name()));
  if (exchange->sheet && !HasSheet(route)) return NoRoute();
  rpc::CallOptions call = CallFor(*exchange);
  if (const auto form = SheetFormOf(asked.headers.Get("Content-Type")); form && TakesSheet(route)) {
    return TakeSheet(exchange, {route, found.captures, target.query, *form}, call);
  }
  RETURN_IF_ERROR(CheckContentType(asked));
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> message,
                   BuildRequest(route, found.captures, target.query, asked.body));
  RETURN_IF_ERROR(ReadHeaders(asked.headers, route, *message));
  ASSIGN_OR_RETURN(const rpc::Client* client, ClientFor(route, *message));
  if (TakesFile(route)) {
    RETURN_IF_ERROR(SetMediaType(asked.headers, *message));
    TakeFile(exchange, *client, *message, call);
    return absl::OkStatus();
  }
  if (route.method->server_streaming()) {
    call.timeout = kStreamTimeout;
    exchange->AnswerInPieces(
        client->StartStream(*route.method, message->SerializeAsString(), call));
    return absl::OkStatus();
  }
  if (IsFeed(*route.method)) {
    FollowFeed(exchange, *client, *message, call);
    return absl::OkStatus();
  }
  if (exchange->calendar) {
    SendCalendar(exchange, *client, *message, call);
    return absl::OkStatus();
  }
  if (exchange->sheet) {
    AnswerSheet(AskBy(exchange, *client, call), route, *message, *exchange->sheet, *workers_,
                exchange->answer());
    return absl::OkStatus();
  }
  client->Start(
      *route.method, message->SerializeAsString(), call,
      [exchange](const absl::StatusOr<std::string>& answer) { exchange->AnswerAsJson(answer); });
  return absl::OkStatus();
}

// Puts questions to the method of the exchange, for what takes several to answer.
AskPage Gateway::AskBy(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                       const rpc::CallOptions& call) {
  return [&client, method = exchange->route->method, call](
             const Message& question, std::function<void(absl::StatusOr<std::string>)> answer) {
    client.Start(*method, question.SerializeAsString(), call, std::move(answer));
  };
}

void Gateway::TakeFile(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                       const Message& first, rpc::CallOptions call) const {
  const Route& route = *exchange->route;
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
                         const Message& message, const rpc::CallOptions& call) const {
  event::v1::ReadEventsRequest request;
  request.CopyFrom(message);
  AnswerFeed(
      *polls_, AskBy(exchange, client, call), std::move(request), exchange->request,
      [exchange](const absl::Status& status) { return exchange->Problem(status).body; },
      exchange->answer());
}

void Gateway::SendCalendar(const std::shared_ptr<Exchange>& exchange, const rpc::Client& client,
                           const Message& message, const rpc::CallOptions& call) const {
  deadline::v1::ListClocksRequest request;
  request.CopyFrom(message);
  AnswerCalendar(AskBy(exchange, client, call), std::move(request), exchange->answer());
}

absl::Status Gateway::TakeSheet(const std::shared_ptr<Exchange>& exchange, Import import,
                                const rpc::CallOptions& call) const {
  const http::Headers& headers = exchange->request.headers;
  import.key = std::string(headers.Get("Idempotency-Key"));
  if (!import.key.empty() && !IsUuid(import.key)) {
    return HeaderError("Idempotency-Key", "须为 UUID", "must be a UUID");
  }
  ASSIGN_OR_RETURN(const rpc::Client* client, ClientOf(import.route.service));
  import.body = std::move(exchange->request.body);
  import.as_json = WantsJson(headers.Get("Accept"));
  import.english = exchange->language == "en";
  AnswerImport(
      AskBy(exchange, *client, call),
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
      const auto client = clients_.find(ServiceOf(*method.file()));
      if (client == clients_.end()) return answered(NotFoundError(ServiceOf(*method.file())));
      client->second->Start(method, request, CallFor(*exchange), std::move(answered));
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
  const auto exchange = std::make_shared<Exchange>();
  exchange->language = rpc::PreferredLanguage(request.headers.Get("Accept-Language"));
  const std::string credential = TokenIn(request.headers);
  exchange->request = std::move(request);
  exchange->respond = std::move(respond);
  exchange->begin = absl::Now();
  Admit(exchange, credential, [this, exchange] { BeginOrFail(exchange); });
}

void Gateway::Admit(const std::shared_ptr<Exchange>& exchange, const std::string& credential,
                    const std::function<void()>& go) const {
  if (door_ == nullptr || !IsApiKey(credential)) {
    exchange->token = credential;
    return go();
  }
  door_->Enter(credential, exchange->request.remote,
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
