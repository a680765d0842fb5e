// What really arrived outside: mails in a Maildir, webhook calls in the receiver's file, letters in
// the outbox folder. Compared with the delivery ledger by delivery id.
#pragma once

#include <set>
#include <string>

#include "absl/status/statusor.h"

namespace rectify::cli {

struct Receivers {
  std::string maildir;      // folder with new/ and cur/; empty: not compared
  std::string webhook_log;  // JSON lines with "id"; empty: not compared
  std::string letters;      // folder of <delivery>.txt below day folders; empty: not compared
};

// Delivery ids that arrived. `doubled` counts ids that arrived more than once.
struct Arrived {
  std::set<std::string> ids;
  int doubled = 0;
};

absl::StatusOr<Arrived> ReadMaildir(const std::string& folder);
absl::StatusOr<Arrived> ReadWebhookLog(const std::string& file);
absl::StatusOr<Arrived> ReadLetters(const std::string& folder);

}  // namespace rectify::cli
