#include "services/hazard_findings/api/convert.h"

#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "services/hazard_findings/api/campaign_convert.h"

namespace rectify::hazard::api {
namespace {

static_assert(static_cast<int>(domain::InspectionKind::kRecheck) == v1::INSPECTION_KIND_RECHECK);
static_assert(static_cast<int>(domain::CapException::kKind) == v1::CAP_EXCEPTION_KIND);
static_assert(static_cast<int>(domain::Disposition::kCorrectedOnSpot) ==
              v1::DISPOSITION_CORRECTED_ON_SPOT);
static_assert(static_cast<int>(domain::Disposition::kOrder) == v1::DISPOSITION_ORDER);
static_assert(static_cast<int>(domain::Disposition::kTransfer) == v1::DISPOSITION_TRANSFER);
static_assert(static_cast<int>(domain::FindingState::kOpen) == v1::Finding::STATE_OPEN);
static_assert(static_cast<int>(domain::FindingState::kOrdered) == v1::Finding::STATE_ORDERED);
static_assert(static_cast<int>(domain::FindingState::kRectified) == v1::Finding::STATE_RECTIFIED);
static_assert(static_cast<int>(domain::FindingState::kTransferred) ==
              v1::Finding::STATE_TRANSFERRED);

domain::FindingDraft ToFindingDraft(const v1::Finding& finding) {
  domain::FindingDraft draft;
  draft.catalog_code = finding.catalog_code();
  draft.description = finding.description();
  draft.location = finding.location();
  draft.disposition = static_cast<domain::Disposition>(finding.disposition());
  draft.term_days = finding.term_days();
  if (finding.has_stated_due_date()) {
    draft.stated_due_date = rpc::ToCivilDay(finding.stated_due_date());
  }
  draft.transfer_department = finding.transfer_department();
  return draft;
}

}  // namespace

NameParts PartsOf(absl::string_view name) {
  return {rpc::DistrictOf(name), std::string(name.substr(name.rfind('/') + 1))};
}

domain::InspectionDraft ToDraft(const v1::RecordInspectionRequest& request) {
  const v1::Inspection& inspection = request.inspection();
  domain::InspectionDraft draft;
  draft.district = rpc::DistrictOf(request.parent());
  draft.id = request.inspection_id();
  draft.venue = inspection.venue();
  // The database keeps microseconds; the answer must not promise more.
  draft.inspect_time =
      absl::FromUnixMicros(absl::ToUnixMicros(rpc::ToTime(inspection.inspect_time())));
  draft.officers.assign(inspection.officers().begin(), inspection.officers().end());
  draft.summary = inspection.summary();
  for (const v1::Finding& finding : inspection.findings()) {
    draft.findings.push_back(ToFindingDraft(finding));
  }
  if (inspection.kind() != v1::INSPECTION_KIND_UNSPECIFIED) {
    draft.kind = static_cast<domain::InspectionKind>(inspection.kind());
  }
  draft.lead = inspection.lead();
  draft.campaign = inspection.campaign();
  draft.accident = inspection.accident();
  draft.answers = ToAnswers(inspection.checklist_answers());
  draft.advice.assign(inspection.advice().begin(), inspection.advice().end());
  return draft;
}

domain::CatalogVersion ToCatalogVersion(const v1::HazardCatalog& catalog) {
  domain::CatalogVersion version;
  version.version = catalog.version();
  version.effective_date = rpc::ToCivilDay(catalog.effective_date());
  for (const v1::HazardType& type : catalog.types()) {
    version.types.push_back({.code = type.code(),
                             .title = type.title(),
                             .gloss = type.gloss(),
                             .duty_basis = type.duty_basis(),
                             .penalty_basis = type.penalty_basis(),
                             .min_term_days = type.min_term_days(),
                             .max_term_days = type.max_term_days(),
                             .at_once = type.at_once(),
                             .transfer = type.transfer(),
                             .required_action = type.required_action()});
  }
  return version;
}

v1::Inspection ToProto(const domain::Inspection& inspection) {
  v1::Inspection message;
  message.set_name(inspection.name());
  message.set_venue(inspection.venue);
  *message.mutable_inspect_time() = rpc::ToTimestamp(inspection.inspect_time);
  for (const std::string& officer : inspection.officers) message.add_officers(officer);
  message.set_summary(inspection.summary);
  for (const domain::Finding& finding : inspection.findings) {
    *message.add_findings() = ToProto(finding);
  }
  *message.mutable_create_time() = rpc::ToTimestamp(inspection.create_time);
  message.set_kind(static_cast<v1::InspectionKind>(inspection.kind));
  message.set_lead(inspection.lead);
  message.set_campaign(inspection.campaign);
  message.set_accident(inspection.accident);
  AddAnswers(inspection.answers, *message.mutable_checklist_answers());
  for (const std::string& advice : inspection.advice) message.add_advice(advice);
  message.set_cap_exception(static_cast<v1::CapException>(inspection.cap_exception));
  return message;
}

v1::Finding ToProto(const domain::Finding& finding) {
  v1::Finding message;
  message.set_name(finding.name());
  message.set_inspection(finding.inspection());
  message.set_venue(finding.venue);
  message.set_catalog_code(finding.catalog_code);
  message.set_catalog_version(finding.catalog_version);
  message.set_title(finding.title);
  message.set_description(finding.description);
  message.set_location(finding.location);
  message.set_disposition(static_cast<v1::Disposition>(finding.disposition));
  message.set_term_days(finding.term_days);
  if (finding.stated_due_date.has_value()) {
    *message.mutable_stated_due_date() = rpc::ToDate(*finding.stated_due_date);
  }
  message.set_transfer_department(finding.transfer_department);
  message.set_state(static_cast<v1::Finding::State>(finding.state));
  message.set_order(finding.order);
  *message.mutable_find_time() = rpc::ToTimestamp(finding.find_time);
  if (finding.close_time.has_value()) {
    *message.mutable_close_time() = rpc::ToTimestamp(*finding.close_time);
  }
  message.set_etag(rpc::EtagOf(finding.version));
  message.set_transfer_outcome(finding.transfer_outcome);
  message.set_recurrence_of(finding.recurrence_of());
  message.set_recurrence_count(finding.recurrence_count);
  return message;
}

v1::HazardCatalog ToProto(const domain::CatalogVersion& version) {
  v1::HazardCatalog message;
  message.set_version(version.version);
  *message.mutable_effective_date() = rpc::ToDate(version.effective_date);
  for (const domain::HazardType& type : version.types) {
    v1::HazardType& entry = *message.add_types();
    entry.set_code(type.code);
    entry.set_title(type.title);
    entry.set_gloss(type.gloss);
    entry.set_duty_basis(type.duty_basis);
    entry.set_penalty_basis(type.penalty_basis);
    entry.set_min_term_days(type.min_term_days);
    entry.set_max_term_days(type.max_term_days);
    entry.set_at_once(type.at_once);
    entry.set_transfer(type.transfer);
    entry.set_required_action(type.required_action);
  }
  return message;
}

}  // namespace rectify::hazard::api
