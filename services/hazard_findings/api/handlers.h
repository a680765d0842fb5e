// The rpcs of this service, by group; of rectify.hazard.v1.HazardFindings unless it says otherwise.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/server.h"
#include "libs/service/host.h"
#include "services/hazard_findings/domain/catalog.h"
#include "services/hazard_findings/domain/checklist.h"
#include "services/hazard_findings/domain/inspection_kind.h"
#include "services/hazard_findings/domain/major_hazard_rules.h"
#include "services/hazard_findings/domain/referral.h"
#include "services/hazard_findings/store/evidence_files.h"

namespace rectify::hazard::api {

// What every handler may use; `host` outlives the server that calls them.
struct Context {
  service::Host& host;
  std::shared_ptr<const domain::Catalog> catalog;
  std::shared_ptr<const domain::Checklists> checklists;
  std::shared_ptr<const domain::InspectionCaps> caps;
  std::shared_ptr<const domain::RuleBook> major_hazard_rules;
  std::shared_ptr<const domain::ReferralLimits> referral_limits;
  // Of personal data at rest.
  std::shared_ptr<const crypto::FieldCipher> cipher;
  // nullptr: no folder was given.
  std::shared_ptr<const store::EvidenceFiles> evidence;
};

// The methods of one service, each answered by a function.
class Methods {
 public:
  // `service` as its contract names it: "rectify.hazard.v1.Leads".
  Methods(const Context& context, std::string service)
      : context_(context), service_(std::move(service)) {}

  template <typename Request, typename Response>
  void Add(absl::string_view method,
           absl::StatusOr<Response> (*handler)(const Context&, const rpc::Call&,
                                               const Request&)) const {
    context_.host.server().Unary<Request, Response>(
        absl::StrCat(service_, ".", method),
        [context = context_, handler](const rpc::Call& call, const Request& request) {
          return handler(context, call, request);
        });
  }

 private:
  const Context& context_;
  const std::string service_;
};

void RegisterRecordInspection(const Context& context);
void RegisterInspectionRpcs(const Context& context);
void RegisterFindingRpcs(const Context& context);
void RegisterCatalogRpcs(const Context& context);
void RegisterCampaignRpcs(const Context& context);        // rectify.hazard.v1.Campaigns
void RegisterDepartmentTaskRpcs(const Context& context);  // rectify.hazard.v1.DepartmentTasks
void RegisterSelfInspectionRpcs(const Context& context);  // rectify.hazard.v1.SelfInspections
void RegisterLeadRpcs(const Context& context);            // rectify.hazard.v1.Leads
void RegisterEvidenceRpcs(const Context& context);        // rectify.hazard.v1.EvidenceStore
void RegisterMajorHazardRpcs(const Context& context);     // rectify.hazard.v1.MajorHazards
void RegisterReferralRpcs(const Context& context);        // rectify.hazard.v1.Referrals

}  // namespace rectify::hazard::api
