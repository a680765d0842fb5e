#include "libs/oidc/id_token.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/base64url.h"
#include "libs/oidc/key_set.h"
#include "libs/oidc/refusal.h"

namespace rectify::oidc {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostBytes = 8192;

// A token in JWS Compact Serialization (RFC 7515, 7.1).
struct Parts {
  Json header, claims;     // objects
  absl::string_view said;  // what is signed
  std::string signature;
};

absl::Status WrongForm() {
  return InvalidToken("form", {"不是签名的 JWT", "it is not a signed JWT"});
}

absl::StatusOr<Json> ReadObject(absl::string_view part) {
  const absl::StatusOr<std::string> text = crypto::FromBase64Url(part);
  if (!text.ok()) return WrongForm();
  Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return WrongForm();
  return json;
}

absl::StatusOr<Parts> Split(absl::string_view token) {
  const std::vector<absl::string_view> pieces = absl::StrSplit(token, '.');
  if (token.size() > kMostBytes || pieces.size() != 3) return WrongForm();
  Parts parts;
  ASSIGN_OR_RETURN(parts.header, ReadObject(pieces[0]));
  ASSIGN_OR_RETURN(parts.claims, ReadObject(pieces[1]));
  const absl::StatusOr<std::string> signature = crypto::FromBase64Url(pieces[2]);
  if (!signature.ok()) return WrongForm();
  parts.signature = *signature;
  parts.said = token.substr(0, token.rfind('.'));
  return parts;
}

// nullptr when it is absent or no text.
const std::string* TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

// Other kinds of tokens are not for logging in, and what is critical is for us to understand.
absl::Status CheckHeader(const Json& header) {
  const std::string* type = TextOf(header, "typ");
  const bool typed =
      type == nullptr ? header.contains("typ") : !absl::EqualsIgnoreCase(*type, "JWT");
  if (typed || header.contains("crit")) return WrongForm();
  return absl::OkStatus();
}

absl::StatusOr<Algorithm> AlgorithmOf(const Json& header, const Provider& provider) {
  const std::string* name = TextOf(header, "alg");
  std::optional<Algorithm> algorithm;
  if (name != nullptr && *name == "RS256") algorithm = Algorithm::kRs256;
  if (name != nullptr && *name == "ES256") algorithm = Algorithm::kEs256;
  if (algorithm && provider.algorithms.count(*algorithm) > 0) return *algorithm;
  return InvalidToken("algorithm", {"签名算法不在约定之列", "its algorithm is not one of ours"});
}

absl::Status CheckIssuer(const Json& claims, const Provider& provider) {
  const std::string* issuer = TextOf(claims, "iss");
  if (issuer != nullptr && *issuer == provider.issuer) return absl::OkStatus();
  return InvalidToken("issuer", {"签发者（iss）不是本单位的身份认证系统",
                                 "its issuer (iss) is not our identity provider"});
}

// Made for us; and where it is for several, handed to us.
absl::Status CheckAudience(const Json& claims, const Provider& provider) {
  const auto found = claims.find("aud");
  const Json audience = found == claims.end() ? Json() : *found;
  const bool several = audience.is_array() && audience.size() > 1;
  const bool ours = audience.is_array() ? std::find(audience.begin(), audience.end(),
                                                    provider.client_id) != audience.end()
                                        : audience == provider.client_id;
  const bool to_us = claims.contains("azp") ? claims["azp"] == provider.client_id : !several;
  if (ours && to_us) return absl::OkStatus();
  return InvalidToken("audience",
                      {"不是为本系统签发的（aud、azp）", "it was not made for us (aud, azp)"});
}

// nullopt when it is absent or no number.
std::optional<absl::Time> TimeOf(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(found->get<double>());
}

// When it ends.
absl::StatusOr<absl::Time> CheckTimes(const Json& claims, absl::Time now) {
  const std::optional<absl::Time> until = TimeOf(claims, "exp"), made = TimeOf(claims, "iat"),
                                  from = TimeOf(claims, "nbf");
  if (!until || !made || (claims.contains("nbf") && !from)) {
    return InvalidToken("claims", {"缺少 exp 或 iat，或者时间不是数字",
                                   "exp or iat is missing, or a time is no number"});
  }
  if (now < *made - kClockSkew || (from && now < *from - kClockSkew)) {
    return InvalidToken("early", {"尚未生效（nbf、iat）", "it is not valid yet (nbf, iat)"});
  }
  if (now >= *until + kClockSkew) {
    return InvalidToken("expired",
                        {"已过期（exp），请重新登录", "it has expired (exp), log in again"});
  }
  return *until + kClockSkew;
}

}  // namespace

IdTokenVerifier::IdTokenVerifier(Provider provider, FindKey find_key,
                                 std::function<absl::Time()> now)
    : provider_(std::move(provider)), find_key_(std::move(find_key)), now_(std::move(now)) {}

absl::StatusOr<Login> IdTokenVerifier::Verify(absl::string_view token) const {
  ASSIGN_OR_RETURN(Parts parts, Split(token));
  RETURN_IF_ERROR(CheckHeader(parts.header));
  ASSIGN_OR_RETURN(const Algorithm algorithm, AlgorithmOf(parts.header, provider_));
  // Before the signature, so that nobody else's tokens make us ask the provider for keys.
  RETURN_IF_ERROR(CheckIssuer(parts.claims, provider_));
  const std::string* key_id = TextOf(parts.header, "kid");
  if (key_id == nullptr || key_id->empty() || key_id->size() > kMostIdBytes) {
    return InvalidToken("key", {"未注明签名密钥（kid）", "it does not name its key (kid)"});
  }
  ASSIGN_OR_RETURN(const crypto::PublicKey key, find_key_(*key_id, algorithm));
  if (!key.Verifies(parts.said, parts.signature)) {
    return InvalidToken("signature", {"签名不符", "its signature is wrong"});
  }
  RETURN_IF_ERROR(CheckAudience(parts.claims, provider_));
  Login login;
  ASSIGN_OR_RETURN(login.expire_time, CheckTimes(parts.claims, now_()));
  login.claims = std::move(parts.claims);
  return login;
}

}  // namespace rectify::oidc
