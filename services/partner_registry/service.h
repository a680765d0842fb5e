// The partner registry: which systems of other departments may call, as whom, how often; and who
// the people are that the authority's identity provider knows.
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
  // Protobuf text, rectify.partner.v1.LoginSetup; empty: nobody can log in elsewhere.
  std::string oidc_file = {};
};

// Signs the tokens of partners by partners.pem of the host's keys, those of people by people.pem,
// and keeps the secrets of webhooks under field.key. INVALID_ARGUMENT or NOT_FOUND that names what
// is at fault.
absl::Status RegisterPartner(service::Host& host, const PartnerConfig& config = {});

}  // namespace rectify::partner
