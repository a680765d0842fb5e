// Bearer tokens: JWT (RFC 7519, ES256 only) signed by a key file. A folder of public keys says whom
// to believe: `people.pem` may speak for users, `svc-<name>.pem` only for `services/<name>` with
// role SERVICE, `partners.pem` for partners of one district in the role of a street or a
// department. Token times are checked on the real clock, never on the simulated one.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/rpc/call.h"

namespace rectify::rpc {

// Claims: iss = key id, sub, roles, district, posts, iat, exp. At most 24 h of life.
class TokenSigner {
 public:
  // `key_file`: PEM of a P-256 private key; its key id is the file name without ".pem".
  static absl::StatusOr<std::unique_ptr<TokenSigner>> FromFile(const std::string& key_file);
  ~TokenSigner();
  absl::StatusOr<std::string> Sign(const Caller& caller, absl::Duration life) const;

 private:
  TokenSigner() = default;
  std::string key_id_, key_pem_;
};

// Thread-safe after creation.
class TokenVerifier {
 public:
  // Reads every *.pem of the folder.
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> FromFolder(const std::string& folder);
  ~TokenVerifier();
  // UNAUTHENTICATED with TOKEN_MISSING or TOKEN_INVALID.
  absl::StatusOr<Caller> Verify(absl::string_view bearer_token) const;

 private:
  TokenVerifier();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes `folder/private/<id>.pem` (mode 0400) and `folder/public/<id>.pem` when they do not exist.
absl::Status CreateKeyPair(const std::string& folder, absl::string_view id);

}  // namespace rectify::rpc
