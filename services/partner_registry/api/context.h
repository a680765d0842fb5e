// What the handlers of this service share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "libs/rpc/token.h"
#include "libs/service/host.h"
#include "services/partner_registry/api/logins.h"

namespace rectify::partner::api {

// How long a gateway may go on with a token while this service is away. A key that is revoked in
// between works until then at such a gateway, and there only.
inline constexpr absl::Duration kTokenLife = absl::Minutes(5);

// Outlives the server; thread-safe.
struct Context {
  Context(service::Host& h, std::unique_ptr<rpc::TokenSigner> s, std::unique_ptr<Logins> l,
          std::function<absl::Time()> clock)
      : host(h), signer(std::move(s)), logins(std::move(l)), real_now(std::move(clock)) {}

  service::Host& host;
  const std::unique_ptr<rpc::TokenSigner> signer;  // of partners
  const std::unique_ptr<Logins> logins;            // nullptr: nobody can log in
  // Of keys, tokens and minutes: the clock of the business may be simulated.
  const std::function<absl::Time()> real_now;
};

// Of `districts/{district}/partners/{id}` and what is below it; the contract has checked the name.
struct NameParts {
  std::string district, partner, key;
};
inline NameParts PartsOf(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  const auto at = [&](size_t i) { return i < parts.size() ? parts[i] : std::string(); };
  return {at(1), at(3), at(5)};
}

inline pg::TxOptions ReadOnly(const rpc::Call& call) {
  return {.access = pg::Access::kReadOnly, .deadline = call.deadline};
}

}  // namespace rectify::partner::api
