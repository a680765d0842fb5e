// The follow-up visits service as a whole: what main.cc and in-process tests share. Sealed: what
// happens here shows nowhere else, in no feed, metric or shared table.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/pg/pool.h"
#include "libs/service/host.h"

namespace rectify::followup {

struct FollowupConfig {
  // Key file of the encryption at rest; empty: followup-field.key of the key folder. Made when it
  // does not exist.
  std::string field_key;
  // Text proto of rectify.followup.v1.DrawPolicy instead of the one in the binary.
  std::string draw_policy;
  // The same of rectify.followup.v1.AnalysisPolicy.
  std::string analysis_policy;
  // Further versions of the questionnaire (text protos), besides those in the binary.
  std::vector<std::string> questionnaires;
  // Begins the numbers of files, leads and referrals.
  std::string number_prefix = "津丽消纪";
};

// The tables of this service, for Host::Create.
std::vector<pg::Migration> Migrations();

// Registers all rpcs and consumers. Needs the peers `venue` and `deadline`, and a sealed host.
// INVALID_ARGUMENT or NOT_FOUND when a policy or questionnaire can't be used.
absl::Status RegisterFollowup(service::Host& host, const FollowupConfig& config);

}  // namespace rectify::followup
