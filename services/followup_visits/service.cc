#include "services/followup_visits/service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "followup_migrations.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "services/followup_visits/api/context.h"
#include "services/followup_visits/api/data_files.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/events/penalty_feed.h"
#include "services/followup_visits/events/registry_feed.h"

namespace rectify::followup {

std::vector<pg::Migration> Migrations() {
  std::vector<pg::Migration> migrations;
  for (const auto& file : migrations::kEmbeddedFiles) {
    migrations.push_back({std::string(file.name), std::string(file.content)});
  }
  return migrations;
}

absl::Status RegisterFollowup(service::Host& host, const FollowupConfig& config) {
  if (!host.options().sealed) {
    return absl::InvalidArgumentError("the follow-up service runs on a sealed host only");
  }
  const std::string key_file = config.field_key.empty()
                                   ? absl::StrCat(host.options().keys, "/followup-field.key")
                                   : config.field_key;
  RETURN_IF_ERROR(crypto::FieldCipher::CreateKeyFile(key_file));
  ASSIGN_OR_RETURN(std::unique_ptr<crypto::FieldCipher> cipher,
                   crypto::FieldCipher::FromKeyFile(key_file));
  api::Rules rules;
  ASSIGN_OR_RETURN(rules.draw, api::LoadDrawPolicy(config.draw_policy));
  ASSIGN_OR_RETURN(rules.questionnaires, api::LoadQuestionnaires(config.questionnaires));
  ASSIGN_OR_RETURN(rules.smallest_cell, api::LoadSmallestCell(config.analysis_policy));
  rules.number_prefix = config.number_prefix;
  const auto context =
      std::make_shared<const api::Context>(host, std::move(cipher), std::move(rules));
  api::RegisterUnitRpcs(context);
  api::RegisterVisitorRpcs(context);
  api::RegisterDrawRpcs(context);
  api::RegisterRecordRpcs(context);
  api::RegisterVisitRpcs(context);
  api::RegisterRevealRpcs(context);
  api::RegisterLeadRpcs(context);
  api::RegisterAnalysisRpcs(context);
  host.Consume("venue", events::ApplyRegistryEvent);
  host.Consume("deadline", events::ApplyPenaltyEvent);
  return absl::OkStatus();
}

}  // namespace rectify::followup
