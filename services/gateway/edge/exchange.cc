#include "services/gateway/edge/exchange.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/http/fault.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "libs/rpc/call.h"
#include "libs/rpc/errors.h"
#include "services/gateway/edge/refusal.h"
#include "services/gateway/transcode/answer.h"
#include "services/gateway/transcode/stream.h"

namespace rectify::gateway {
namespace {

bool Unchanged(const http::Request& request, const http::Response& response) {
  const absl::string_view known = request.headers.Get("If-None-Match");
  return request.method == "GET" && response.status == 200 && !known.empty() &&
         known == response.headers.Get("ETag");
}

}  // namespace

Exchange::Exchange(http::Request asked, http::Respond respond)
    : request(std::move(asked)),
      language(rpc::PreferredLanguage(request.headers.Get("Accept-Language"))),
      respond_(std::move(respond)),
      begin_(absl::Now()) {}

rpc::CallOptions Exchange::Call() const {
  rpc::CallOptions call;
  call.token = token;
  call.language = language;
  call.trace = std::string(request.headers.Get("traceparent"));
  return call;
}

std::string Exchange::Method() const {
  if (adapter != nullptr) return adapter->name();
  return route == nullptr ? "none" : route->method->full_name();
}

void Exchange::Record(int status) const {
  const absl::Duration took = absl::Now() - begin_;
  const std::string method = Method();
  const std::string partner = visitor ? visitor->partner() : "";
  metrics::Count("rectify_gateway_requests_total",
                 {{"method", method}, {"status", absl::StrCat(status)}});
  metrics::Observe("rectify_gateway_request_seconds", {{"method", method}}, took);
  if (visitor) {
    metrics::Count("rectify_gateway_partner_requests_total",
                   {{"partner", partner}, {"status", absl::StrCat(status)}});
  }
  log::Info("http", {{"verb", request.method},
                     {"method", method},
                     {"status", status},
                     {"ms", absl::ToDoubleMilliseconds(took)},
                     {"remote", request.remote},
                     {"partner", partner}});
}

void Exchange::Answer(http::Response response) {
  if (Unchanged(request, response)) {
    response.status = 304;
    response.body.clear();
  }
  if (visitor) AddStanding(visitor->standing, absl::Now(), response.headers);
  response.headers.Add("Cache-Control", "no-store");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  Record(response.status);
  respond_(std::move(response));
}

void Exchange::AnswerOrFail(absl::StatusOr<http::Response> response) {
  if (!response.ok()) return Fail(response.status());
  Answer(*std::move(response));
}

std::function<void(absl::StatusOr<http::Response>)> Exchange::answer() {
  return [self = shared_from_this()](absl::StatusOr<http::Response> response) {
    self->AnswerOrFail(std::move(response));
  };
}

void Exchange::AnswerAsJson(const absl::StatusOr<std::string>& answer) {
  if (!answer.ok()) return Fail(answer.status());
  AnswerOrFail(ToResponse(*route->method->output_type(), *answer));
}

void Exchange::AnswerInPieces(std::shared_ptr<rpc::Arrivals> arrivals) {
  rpc::Arrivals& source = *arrivals;
  source.Next([self = shared_from_this(),
               arrivals = std::move(arrivals)](const rpc::Arrivals::Arrival& first) mutable {
    if (!first.ok()) return self->Fail(first.status());
    self->AnswerOrFail(
        ToStreamResponse(*self->route->method->output_type(), *first, std::move(arrivals)));
  });
}

http::Response Exchange::Problem(const absl::Status& status) const {
  http::Response problem = ToProblem(rpc::ForCaller(status, Method()), language);
  if ((calendar || sheet) && problem.status == 401) {
    problem.headers.Set("WWW-Authenticate", "Basic realm=\"rectify\", charset=\"UTF-8\"");
  }
  return problem;
}

void Exchange::Fail(const absl::Status& status) { Answer(Problem(status)); }

void Exchange::FailWithoutBody(const absl::Status& why) {
  const std::optional<http::Fault> fault = http::FaultOf(why);
  if (!fault) return Fail(why);
  Answer(ToProblem(RefusalOf(*fault), language, http::StatusOf(*fault)));
}

void Exchange::NotAllowed(const std::set<std::string>& allowed) {
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

}  // namespace rectify::gateway
