#include "services/hazard_findings/service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "hazard_migrations.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "services/hazard_findings/api/catalog_data.h"
#include "services/hazard_findings/api/checklist_data.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/api/major_hazard_data.h"
#include "services/hazard_findings/api/referral_convert.h"
#include "services/hazard_findings/events/order_feed.h"
#include "services/hazard_findings/events/registry_feed.h"
#include "services/hazard_findings/store/evidence_files.h"

namespace rectify::hazard {
namespace {

constexpr absl::Duration kSweepInterval = absl::Hours(1);
// Longer than any call lives.
constexpr absl::Duration kAbandonedAfter = absl::Hours(2);

// Uploads that a crash cut off. Their age is that of the files, in the machine's time.
void AddEvidenceSweep(service::Host& host,
                      const std::shared_ptr<const store::EvidenceFiles>& files) {
  if (files == nullptr) return;
  host.AddTimer("evidence_sweep", kSweepInterval,
                [files] { return files->SweepIncoming(absl::Now() - kAbandonedAfter); });
}

}  // namespace

std::vector<pg::Migration> Migrations() {
  std::vector<pg::Migration> migrations;
  for (const auto& file : migrations::kEmbeddedFiles) {
    migrations.push_back({std::string(file.name), std::string(file.content)});
  }
  return migrations;
}

absl::Status RegisterHazard(service::Host& host, const HazardConfig& config) {
  ASSIGN_OR_RETURN(domain::Catalog catalog, api::LoadCatalog(config.catalog_files));
  ASSIGN_OR_RETURN(domain::Checklists checklists, api::LoadChecklists());
  ASSIGN_OR_RETURN(domain::InspectionCaps caps, api::LoadInspectionCaps());
  ASSIGN_OR_RETURN(domain::RuleBook rules, api::LoadMajorHazardRules(config.major_hazard_rules));
  ASSIGN_OR_RETURN(domain::ReferralLimits limits, api::LoadReferralLimits());
  const std::string key_file =
      config.field_key.empty() ? absl::StrCat(host.options().keys, "/field.key") : config.field_key;
  ASSIGN_OR_RETURN(std::unique_ptr<crypto::FieldCipher> cipher,
                   crypto::FieldCipher::FromKeyFile(key_file));
  std::unique_ptr<store::EvidenceFiles> files;
  if (!config.evidence.empty()) {
    ASSIGN_OR_RETURN(files, store::EvidenceFiles::Open(config.evidence));
  }
  const api::Context context = {host,
                                std::make_shared<domain::Catalog>(std::move(catalog)),
                                std::make_shared<domain::Checklists>(std::move(checklists)),
                                std::make_shared<domain::InspectionCaps>(std::move(caps)),
                                std::make_shared<domain::RuleBook>(std::move(rules)),
                                std::make_shared<domain::ReferralLimits>(std::move(limits)),
                                std::move(cipher),
                                std::move(files)};
  api::RegisterRecordInspection(context);
  api::RegisterInspectionRpcs(context);
  api::RegisterFindingRpcs(context);
  api::RegisterCatalogRpcs(context);
  api::RegisterCampaignRpcs(context);
  api::RegisterDepartmentTaskRpcs(context);
  api::RegisterSelfInspectionRpcs(context);
  api::RegisterLeadRpcs(context);
  api::RegisterEvidenceRpcs(context);
  api::RegisterMajorHazardRpcs(context);
  api::RegisterReferralRpcs(context);
  host.Consume("venue", events::ApplyRegistryEvents);
  host.Consume("deadline", events::ApplyOrderEvent);
  AddEvidenceSweep(host, context.evidence);
  return absl::OkStatus();
}

}  // namespace rectify::hazard
