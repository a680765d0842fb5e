// The partner registry: which systems of other departments may call, as whom, how often.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "libs/service/host.h"

namespace rectify::partner {

std::vector<pg::Migration> Migrations();

struct PartnerConfig {
  std::function<absl::Time()> real_now = absl::Now;
  std::vector<std::string> webhook_allow = {};  // see outbound::AllowList
};

// Signs the tokens of partners by partners.pem of the host's keys, and keeps the secrets of
// webhooks under field.key. INVALID_ARGUMENT or NOT_FOUND that names what is at fault.
absl::Status RegisterPartner(service::Host& host, const PartnerConfig& config = {});

}  // namespace rectify::partner
