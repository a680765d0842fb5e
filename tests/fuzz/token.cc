// Bearer tokens: any bytes, and any claims under a good signature.
#include "libs/rpc/token.h"

#include <jwt.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "libs/base/error.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

struct Keys {
  std::string people_pem;  // the private key of people
  std::unique_ptr<rpc::TokenVerifier> verifier;

  Keys() {
    const std::string folder =
        std::filesystem::temp_directory_path() / ("rectify-fuzz-" + std::to_string(getpid()));
    Require(rpc::CreateKeyPair(folder, "people").ok(), "keys can be made");
    std::ifstream file(folder + "/private/people.pem", std::ios::binary);
    people_pem.assign((std::istreambuf_iterator<char>(file)), {});
    verifier = *rpc::TokenVerifier::FromFolder(folder + "/public");
    std::filesystem::remove_all(folder);
  }
};

// A token that says `claims`, signed with the people's key; "" when it is no JSON object.
std::string Signed(const std::string& claims, const std::string& pem) {
  jwt_t* jwt = nullptr;
  if (jwt_new(&jwt) != 0) return "";
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> owner(jwt, jwt_free);
  if (jwt_add_grants_json(jwt, claims.c_str()) != 0 ||
      jwt_set_alg(jwt, JWT_ALG_ES256, reinterpret_cast<const unsigned char*>(pem.data()),
                  static_cast<int>(pem.size())) != 0) {
    return "";
  }
  char* text = jwt_encode_str(jwt);
  const std::string token(text == nullptr ? "" : text);
  std::free(text);
  return token;
}

}  // namespace

void Token(absl::string_view input) {
  static const Keys* const keys = new Keys();
  const auto raw = keys->verifier->Verify(input);
  Require(!raw.ok(), "nobody signs by chance");
  const std::string reason = ReasonOf(raw.status());
  Require(reason == "TOKEN_INVALID" || reason == "TOKEN_MISSING", "a refusal has its reason");

  const std::string token = Signed(std::string(input), keys->people_pem);
  const auto caller = keys->verifier->Verify(token);
  if (!caller.ok()) return;
  Require(absl::StartsWith(caller->subject, "users/") && !caller->HasRole("SERVICE"),
          "the people's key speaks for people only");
  Require(caller->district.empty() || caller->district.size() == 6, "a district has six digits");
}

}  // namespace rectify::fuzz
