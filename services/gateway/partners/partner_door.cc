#include "services/gateway/partners/partner_door.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/log/log.h"

namespace rectify::gateway {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);

// What the registry says of the gateway's own token and certificate is no verdict on what a caller
// shows; it can't be asked until somebody has mended it.
absl::Status OfTheCaller(const absl::Status& status) {
  if (!absl::IsUnauthenticated(status) && !absl::IsPermissionDenied(status)) return status;
  const std::string reason = ReasonOf(status);
  for (const char* verdict : {"API_KEY_INVALID", "ID_TOKEN_INVALID", "LOGIN_NOT_ASSIGNED"}) {
    if (reason == verdict) return status;
  }
  log::Error("partner_registry_refuses_the_gateway", {{"status", status.ToString()}});
  return absl::UnavailableError("the partner registry refuses the gateway");
}

template <typename Response>
using Answered = std::function<void(absl::StatusOr<Response>)>;

// Calls of the partner registry in the gateway's own name.
class Asker {
 public:
  Asker(const rpc::Client& registry, rpc::OwnToken& token) : registry_(registry), token_(token) {}

  template <typename Request, typename Response>
  void Ask(const char* method, const Request& request, const std::string& language,
           Answered<Response> done) const {
    const auto* service = Request::descriptor()->file()->FindServiceByName("PartnerAccess");
    rpc::CallOptions call;
    call.token = token_.Get();
    call.language = language;
    call.timeout = kTimeout;
    registry_.Start(*service->FindMethodByName(method), request.SerializeAsString(), call,
                    [done = std::move(done)](const absl::StatusOr<std::string>& encoded) {
                      if (!encoded.ok()) return done(OfTheCaller(encoded.status()));
                      Response response;
                      if (response.ParseFromString(*encoded)) return done(std::move(response));
                      done(absl::InternalError("the partner registry's answer can't be read"));
                    });
  }

 private:
  const rpc::Client& registry_;
  rpc::OwnToken& token_;
};

Passports::Ask AskAboutKeys(const Asker& asker) {
  return [asker](const Credential& shown, Answered<partner::v1::Passport> done) {
    partner::v1::ExchangeApiKeyRequest request;
    request.set_api_key(shown.text);
    request.set_remote_address(shown.address);
    asker.Ask("ExchangeApiKey", request, shown.language, std::move(done));
  };
}

// Where nobody can log in, another issuer's token is as foreign as any.
absl::StatusOr<partner::v1::Passport> ForCaller(absl::StatusOr<partner::v1::Passport> answer) {
  const std::optional<ErrorDetail> detail = DetailOf(answer.status());
  if (!detail || detail->reason != "LOGIN_NOT_SET_UP") return answer;
  return MakeError(absl::StatusCode::kUnauthenticated, *detail);
}

Passports::Ask AskAboutLogins(const Asker& asker) {
  return [asker](const Credential& shown, Answered<partner::v1::Passport> done) {
    partner::v1::ExchangeIdTokenRequest request;
    request.set_id_token(shown.text);
    asker.Ask<partner::v1::ExchangeIdTokenRequest, partner::v1::Passport>(
        "ExchangeIdToken", request, shown.language,
        [done = std::move(done)](absl::StatusOr<partner::v1::Passport> answer) {
          done(ForCaller(std::move(answer)));
        });
  };
}

Quotas::Ask AskForRequests(const Asker& asker) {
  return [asker](const partner::v1::TakeRequestsRequest& request,
                 Answered<partner::v1::TakeRequestsResponse> done) {
    asker.Ask("TakeRequests", request, "", std::move(done));
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

absl::Status OwnTokenFromOutside() {
  return MakeError(absl::StatusCode::kUnauthenticated,
                   {.reason = "TOKEN_INVALID",
                    .text = {"网关自己的凭证不能从外部使用",
                             "the gateway's own token is taken from nobody outside"},
                    .metadata = {},
                    .violations = {}});
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
    : keys_(AskAboutKeys({registry, token}), absl::Now, Passports::Follow::kRevocations),
      logins_(AskAboutLogins({registry, token}), absl::Now, Passports::Follow::kNothing),
      quotas_(AskForRequests({registry, token}), absl::Now) {}

void PartnerDoor::Enter(const std::string& key, const std::string& remote,
                        const std::string& language,
                        std::function<void(absl::StatusOr<Visitor>)> done) {
  keys_.Get({key, AddressOf(remote), language},
            [this, done = std::move(done)](const absl::StatusOr<Passports::Passport>& known) {
              if (!known.ok()) return done(known.status());
              const Passports::Passport& passport = *known;
              quotas_.Take(passport->partner(), passport->requests_per_minute(),
                           [passport, done](const Standing& standing) {
                             done(Visitor{passport, standing});
                           });
            });
}

void PartnerDoor::LogIn(const std::string& id_token, const std::string& language,
                        const Passports::Done& done) {
  logins_.Get({id_token, "", language}, done);
}

}  // namespace rectify::gateway
