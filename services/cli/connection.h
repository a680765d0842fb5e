// Whom the command line talks to, and as whom.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/call.h"
#include "libs/rpc/client.h"
#include "libs/rpc/token.h"

namespace rectify::cli {

// Names of the services, in the order in which they are shown and settled.
inline constexpr const char* kServices[] = {"venue",    "hazard",   "deadline",
                                            "reminder", "followup", "partner"};
// Those of them whose events and audit trail others may read; the follow-up service is sealed.
inline constexpr const char* kSources[] = {"venue", "hazard", "deadline", "reminder"};

struct ConnectionOptions {
  std::map<std::string, std::string> addresses;  // service → host:port
  rpc::ClientTls tls;
  std::string token;  // a ready token
  std::string keys;   // folder of `rectify keys init`, for commands that make tokens
};

// Clients by service. Not thread-safe.
class Connection {
 public:
  explicit Connection(ConnectionOptions options) : options_(std::move(options)) {}

  // With the token of the options. FAILED_PRECONDITION when the service has no address.
  absl::StatusOr<const rpc::Client*> Service(const std::string& service);
  // With another ready token than that of the options.
  absl::StatusOr<const rpc::Client*> ServiceWith(const std::string& service,
                                                 const std::string& token);
  // As somebody else, with a token made from the key folder (replays, administration).
  absl::StatusOr<const rpc::Client*> ServiceAs(const std::string& service,
                                               const rpc::Caller& caller);
  // Whether the options name an address for it.
  bool Knows(const std::string& service) const;
  // A token for `caller`, signed by the people's key.
  absl::StatusOr<std::string> MakeToken(const rpc::Caller& caller, absl::Duration life);
  const ConnectionOptions& options() const { return options_; }

 private:
  absl::StatusOr<const rpc::Client*> Open(const std::string& service, const std::string& key,
                                          std::function<std::string()> token);
  ConnectionOptions options_;
  std::unique_ptr<rpc::TokenSigner> signer_;
  std::map<std::string, std::string> tokens_;  // by caller
  std::map<std::string, std::unique_ptr<rpc::Client>> clients_;
};

}  // namespace rectify::cli
