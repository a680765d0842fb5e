#include "services/gateway/partners/partner_door.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"

namespace rectify::gateway {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);

// A call of the partner registry in the gateway's own name.
template <typename Request, typename Response>
auto Asker(const rpc::Client& registry, rpc::OwnToken& token, const char* method) {
  const auto* descriptor =
      Request::descriptor()->file()->FindServiceByName("PartnerAccess")->FindMethodByName(method);
  return [&registry, &token, descriptor](const Request& request,
                                         std::function<void(absl::StatusOr<Response>)> done) {
    rpc::CallOptions call;
    call.token = token.Get();
    call.timeout = kTimeout;
    registry.Start(*descriptor, request.SerializeAsString(), call,
                   [done = std::move(done)](const absl::StatusOr<std::string>& encoded) {
                     if (!encoded.ok()) return done(encoded.status());
                     Response response;
                     if (response.ParseFromString(*encoded)) return done(std::move(response));
                     done(absl::InternalError("the partner registry's answer can't be read"));
                   });
  };
}

std::string AddressOf(const std::string& remote) { return remote.substr(0, remote.rfind(':')); }

}  // namespace

absl::Status Visitor::MayCall(const std::string& method) const {
  if (InScope(*passport, method)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {.reason = "SCOPE_MISSING",
                    .text = {absl::StrCat("该密钥的授权范围不包括 ", method),
                             absl::StrCat("the scope of this key does not have ", method)},
                    .metadata = {{"method", method}},
                    .violations = {}});
}

void AddStanding(const Standing& standing, absl::Time now, http::Headers& headers) {
  const int64_t wait = std::max<int64_t>(
      1, absl::ToInt64Seconds(absl::Ceil(standing.reset - now, absl::Seconds(1))));
  headers.Add("RateLimit-Policy", absl::StrCat("\"minute\";q=", standing.limit, ";w=60"));
  headers.Add("RateLimit", absl::StrCat("\"minute\";r=", standing.left, ";t=", wait));
  if (!standing.granted) headers.Set("Retry-After", absl::StrCat(wait));
}

absl::Status TooManyRequests() {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   {.reason = "RATE_LIMITED",
                    .text = {"本分钟的请求次数已用完，请在 Retry-After 秒后重试",
                             "the requests of this minute are used up, try again after the seconds "
                             "of Retry-After"},
                    .metadata = {},
                    .violations = {}});
}

PartnerDoor::PartnerDoor(const rpc::Client& registry, rpc::OwnToken& token)
    : passports_(Asker<partner::v1::ExchangeApiKeyRequest, partner::v1::Passport>(registry, token,
                                                                                  "ExchangeApiKey"),
                 absl::Now),
      quotas_(Asker<partner::v1::TakeRequestsRequest, partner::v1::TakeRequestsResponse>(
                  registry, token, "TakeRequests"),
              absl::Now) {}

void PartnerDoor::Enter(const std::string& key, const std::string& remote,
                        std::function<void(absl::StatusOr<Visitor>)> done) {
  passports_.Get(key, AddressOf(remote),
                 [this, done = std::move(done)](const absl::StatusOr<Passports::Passport>& known) {
                   if (!known.ok()) return done(known.status());
                   const Passports::Passport& passport = *known;
                   quotas_.Take(passport->partner(), passport->requests_per_minute(),
                                [passport, done](const Standing& standing) {
                                  done(Visitor{passport, standing});
                                });
                 });
}

}  // namespace rectify::gateway
