#include "libs/rpc/token.h"

#include <jwt.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/key_file.h"
#include "libs/rpc/key_id.h"
#include "nlohmann/json.hpp"
#include "rectify/authz/v1/authz.pb.h"

namespace rectify::rpc {
namespace {

using Json = nlohmann::json;
using JwtPtr = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

constexpr absl::Duration kMaxLife = absl::Hours(24);
constexpr absl::Duration kLeeway = absl::Seconds(60);
constexpr size_t kMaxTokenBytes = 6144;  // metadata has 8 KiB for everything
constexpr size_t kMaxSubject = 128;
constexpr size_t kMaxRemembered = 4096;
constexpr absl::string_view kServiceRole = "SERVICE";

absl::Status Invalid(absl::string_view cause) {
  return MakeError(
      absl::StatusCode::kUnauthenticated,
      {.reason = "TOKEN_INVALID",
       .text = {"登录凭证（token）无效或已过期", "the token is invalid or has expired"},
       .metadata = {{"cause", std::string(cause)}},
       .violations = {}});
}

bool IsKnownRole(const std::string& name) {
  authz::v1::Role role;
  return authz::v1::Role_Parse(absl::StrCat("ROLE_", name), &role) &&
         role != authz::v1::ROLE_UNSPECIFIED;
}

bool IsDistrictOrEmpty(const std::string& text) {
  return text.empty() || (text.size() == 6 && text.find_first_not_of("0123456789") == text.npos);
}

JwtPtr Decode(const std::string& token, const std::string* key) {
  jwt_t* jwt = nullptr;
  const auto* bytes =
      key == nullptr ? nullptr : reinterpret_cast<const unsigned char*>(key->data());
  const int error =
      jwt_decode(&jwt, token.c_str(), bytes, key == nullptr ? 0 : static_cast<int>(key->size()));
  return JwtPtr(error == 0 ? jwt : nullptr, jwt_free);
}

Json Claims(jwt_t* jwt) {
  char* text = jwt_get_grants_json(jwt, nullptr);
  if (text == nullptr) return nullptr;
  Json claims = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  std::free(text);
  return claims;
}

// Strict about types: a claim of the wrong type is a refused token, never a default.
absl::StatusOr<Caller> CallerOf(const Json& claims) try {
  Caller caller;
  caller.subject = claims.at("sub").get<std::string>();
  caller.roles = claims.at("roles").get<std::vector<std::string>>();
  caller.district = claims.at("district").get<std::string>();
  caller.posts = claims.at("posts").get<std::vector<std::string>>();
  return caller;
} catch (const Json::exception&) {
  return Invalid("claims");
}

struct Times {
  absl::Time from, until;
};

absl::StatusOr<Times> TimesOf(const Json& claims) {
  const auto issued = claims.find("iat"), expires = claims.find("exp");
  if (issued == claims.end() || !issued->is_number_integer() || expires == claims.end() ||
      !expires->is_number_integer()) {
    return Invalid("claims");
  }
  const Times times = {absl::FromUnixSeconds(issued->get<int64_t>()),
                       absl::FromUnixSeconds(expires->get<int64_t>())};
  if (times.until <= times.from || times.until - times.from > kMaxLife) return Invalid("life");
  return times;
}

absl::Status CheckTimes(const Times& times, absl::Time now) {
  if (now < times.from - kLeeway) return Invalid("not yet valid");
  if (now >= times.until + kLeeway) return Invalid("expired");
  return absl::OkStatus();
}

// Another department's system speaks for desks of one district, never for an officer or a venue.
bool IsPartner(const Caller& caller) {
  const std::string prefix = absl::StrCat("districts/", caller.district, "/");
  return !caller.district.empty() &&
         absl::StartsWith(caller.subject, absl::StrCat(prefix, "partners/")) &&
         caller.roles.size() == 1 &&
         (caller.HasRole("STREET_OFFICER") || caller.HasRole("DEPARTMENT_STAFF")) &&
         std::all_of(caller.posts.begin(), caller.posts.end(), [&](const std::string& post) {
           return absl::StartsWith(post, absl::StrCat(prefix, "streets/")) ||
                  absl::StartsWith(post, absl::StrCat(prefix, "departments/"));
         });
}

// What the key may say.
absl::Status CheckAuthority(absl::string_view key_id, const Caller& caller) {
  if (caller.subject.size() > kMaxSubject || !IsCleanUtf8(caller.subject) ||
      !std::all_of(caller.roles.begin(), caller.roles.end(), IsKnownRole) ||
      !IsDistrictOrEmpty(caller.district)) {
    return Invalid("claims");
  }
  if (key_id == kPeopleKey) {
    const bool user = absl::StartsWith(caller.subject, "users/") &&
                      caller.subject.size() > absl::string_view("users/").size();
    return user && !caller.HasRole(kServiceRole) ? absl::OkStatus() : Invalid("authority");
  }
  if (key_id == kPartnersKey) return IsPartner(caller) ? absl::OkStatus() : Invalid("authority");
  const bool itself =
      caller.subject == absl::StrCat("services/", key_id.substr(kServiceKeyPrefix.size()));
  const bool service = caller.roles.size() == 1 && caller.HasRole(kServiceRole);
  return itself && service ? absl::OkStatus() : Invalid("authority");
}

}  // namespace

TokenSigner::~TokenSigner() { OPENSSL_cleanse(key_pem_.data(), key_pem_.size()); }

absl::StatusOr<std::unique_ptr<TokenSigner>> TokenSigner::FromFile(const std::string& key_file) {
  ASSIGN_OR_RETURN(std::string pem, ReadPrivateKey(key_file));
  std::unique_ptr<TokenSigner> signer(new TokenSigner());
  signer->key_id_ = std::filesystem::path(key_file).stem().string();
  signer->key_pem_ = std::move(pem);
  return signer;
}

absl::StatusOr<std::string> TokenSigner::Sign(const Caller& caller, absl::Duration life) const {
  if (life <= absl::ZeroDuration() || life > kMaxLife) {
    return FieldError("life", {"字段 life 应大于 0 且不超过 24 小时",
                               "life must be more than 0 and at most 24 hours"});
  }
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  const Json claims = {{"iss", key_id_},
                       {"sub", caller.subject},
                       {"roles", caller.roles},
                       {"district", caller.district},
                       {"posts", caller.posts},
                       {"iat", now},
                       {"exp", now + absl::ToInt64Seconds(absl::Ceil(life, absl::Seconds(1)))}};
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return absl::ResourceExhaustedError("jwt_new");
  JwtPtr jwt(raw, jwt_free);
  const auto* key = reinterpret_cast<const unsigned char*>(key_pem_.data());
  const std::string json = claims.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (jwt_add_grants_json(jwt.get(), json.c_str()) != 0 ||
      jwt_set_alg(jwt.get(), JWT_ALG_ES256, key, static_cast<int>(key_pem_.size())) != 0) {
    return absl::InternalError("the token could not be built");
  }
  char* text = jwt_encode_str(jwt.get());
  if (text == nullptr) return absl::InternalError("the token could not be signed");
  std::string token(text);
  std::free(text);
  return token;
}

// Checking a signature costs more than most handlers do, and a caller sends the same token for
// minutes: what was verified is remembered, by digest, with the times that are checked each time.
struct TokenVerifier::Impl {
  struct Verified {
    Caller caller;
    Times times;
  };

  absl::StatusOr<Verified> VerifySignature(const std::string& token) const;

  std::optional<Verified> Find(const std::string& digest) {
    absl::MutexLock lock(&mutex);
    const auto found = verified.find(digest);
    if (found == verified.end()) return std::nullopt;
    return found->second;
  }

  void Remember(const std::string& digest, const Verified& entry) {
    absl::MutexLock lock(&mutex);
    if (verified.size() >= kMaxRemembered) verified.clear();
    verified.emplace(digest, entry);
  }

  std::map<std::string, std::string> keys;  // PEM by key id
  absl::Mutex mutex;
  absl::flat_hash_map<std::string, Verified> verified ABSL_GUARDED_BY(mutex);
};

TokenVerifier::TokenVerifier() : impl_(std::make_unique<Impl>()) {}
TokenVerifier::~TokenVerifier() = default;

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::FromFolder(
    const std::string& folder) {
  std::error_code error;
  std::unique_ptr<TokenVerifier> verifier(new TokenVerifier());
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".pem") continue;
    const std::string id = entry.path().stem().string();
    if (!IsKeyId(id)) {
      return absl::FailedPreconditionError(absl::StrCat(
          entry.path().string(), ": a key file is people.pem, partners.pem or svc-<name>.pem"));
    }
    ASSIGN_OR_RETURN(verifier->impl_->keys[id], ReadPublicKey(entry.path().string()));
  }
  if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  if (verifier->impl_->keys.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(folder, " has no key file (*.pem)"));
  }
  return verifier;
}

absl::StatusOr<Caller> TokenVerifier::Verify(absl::string_view bearer_token) const {
  if (bearer_token.empty()) {
    return MakeError(absl::StatusCode::kUnauthenticated,
                     {.reason = "TOKEN_MISSING",
                      .text = {"请求没有登录凭证（token）", "the request has no token"},
                      .metadata = {},
                      .violations = {}});
  }
  if (bearer_token.size() > kMaxTokenBytes || absl::StrContains(bearer_token, '\0')) {
    return Invalid("form");
  }
  const std::string token(bearer_token);
  const std::string digest = crypto::Sha256(token);
  std::optional<Impl::Verified> verified = impl_->Find(digest);
  if (!verified) {
    ASSIGN_OR_RETURN(verified, impl_->VerifySignature(token));
    impl_->Remember(digest, *verified);
  }
  RETURN_IF_ERROR(CheckTimes(verified->times, absl::Now()));
  return std::move(verified->caller);
}

absl::StatusOr<TokenVerifier::Impl::Verified> TokenVerifier::Impl::VerifySignature(
    const std::string& token) const {
  // Read before the signature is checked, only to choose the key.
  const JwtPtr unverified = Decode(token, nullptr);
  if (unverified == nullptr) return Invalid("form");
  const char* issuer = jwt_get_grant(unverified.get(), "iss");
  const auto key = keys.find(issuer == nullptr ? "" : issuer);
  if (key == keys.end()) return Invalid("key");
  // The algorithm is pinned: otherwise a public key could serve as the secret of an HMAC.
  const JwtPtr jwt = Decode(token, &key->second);
  if (jwt == nullptr || jwt_get_alg(jwt.get()) != JWT_ALG_ES256) return Invalid("signature");
  const Json claims = Claims(jwt.get());
  if (!claims.is_object()) return Invalid("claims");
  Verified verified;
  ASSIGN_OR_RETURN(verified.times, TimesOf(claims));
  ASSIGN_OR_RETURN(verified.caller, CallerOf(claims));
  RETURN_IF_ERROR(CheckAuthority(key->first, verified.caller));
  return verified;
}

}  // namespace rectify::rpc
