// Logins at an identity provider: any bytes as its token or as its keys, and any claims under a
// good signature.
#include "services/partner_registry/domain/login.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "libs/base/error.h"
#include "libs/oidc/id_token.h"
#include "tests/fuzz/target.h"
#include "tests/unit/oidc/signer.h"

namespace rectify::fuzz {
namespace {

using Json = nlohmann::json;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'700'000'100);

struct Provider {
  oidc::Signer signer = oidc::Signer::P256("k");
  std::vector<oidc::Key> keys = *oidc::ParseKeySet(oidc::KeySetOf({signer}).dump());
  oidc::IdTokenVerifier verifier{{"https://a", "rectify", {oidc::Algorithm::kEs256}},
                                 [this](const std::string&, oidc::Algorithm) {
                                   return absl::StatusOr<crypto::PublicKey>(keys[0].key);
                                 },
                                 [] { return kNow; }};
  partner::domain::LoginRules rules = {
      .user_claim = "sub",
      .district_claim = "district",
      .post_claim = "/a/posts",
      .rules = {{"groups", "inspectors", {"INSPECTOR"}, "", {}},
                {"groups", "operators", {"OPERATOR"}, "", {}}},
      .is_post = [](absl::string_view name) { return absl::StartsWith(name, "districts/"); }};
};

void CheckPerson(const partner::domain::LoginRules& rules, const Json& claims) {
  const auto person = partner::domain::PersonOf(rules, claims);
  if (!person.ok()) {
    Require(ReasonOf(person.status()) == "LOGIN_NOT_ASSIGNED", "a refusal has its reason");
    return;
  }
  Require(absl::StartsWith(person->user, "users/") && person->user.size() > 6, "it is a user");
  Require(!person->roles.empty(), "who gets no role is refused");
  const bool operates = person->roles.size() == 1 && person->roles[0] == "OPERATOR";
  Require(person->district.size() == 6 || (person->district.empty() && operates),
          "only operators do without a district");
  const std::string prefix = "districts/" + person->district + "/";
  Require(std::all_of(person->posts.begin(), person->posts.end(),
                      [&](const auto& post) { return absl::StartsWith(post, prefix); }),
          "posts lie in the district");
}

}  // namespace

void Login(absl::string_view input) {
  static const Provider* const provider = new Provider();
  const auto raw = provider->verifier.Verify(input);
  Require(!raw.ok(), "nobody signs by chance");
  Require(ReasonOf(raw.status()) == "ID_TOKEN_INVALID", "a refusal has its reason");

  if (const auto keys = oidc::ParseKeySet(input); keys.ok()) {
    Require(keys->size() <= 100, "a set has at most 100 keys");
    for (const oidc::Key& key : *keys) {
      Require(!key.id.empty() && !key.key.Verifies(input, input), "nobody signs by chance");
    }
  }

  const Json claims = Json::parse(input.begin(), input.end(), nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) return;
  const auto login = provider->verifier.Verify(provider->signer.Token(claims));
  if (login.ok()) {
    Require(login->claims == claims && login->expire_time > kNow, "it says what was signed");
  } else {
    Require(ReasonOf(login.status()) == "ID_TOKEN_INVALID", "a refusal has its reason");
  }
  CheckPerson(provider->rules, claims);
}

}  // namespace rectify::fuzz
