#include "services/hazard_findings/events/payloads.h"

#include "libs/rpc/convert.h"

namespace rectify::hazard::events {
namespace {

v1::FindingFacts ToFacts(const domain::Finding& finding, const domain::HazardType& type) {
  v1::FindingFacts facts;
  facts.set_finding(finding.name());
  facts.set_catalog_code(finding.catalog_code);
  facts.set_catalog_version(finding.catalog_version);
  facts.set_title(finding.title);
  facts.set_description(finding.description);
  facts.set_location(finding.location);
  facts.set_disposition(static_cast<v1::Disposition>(finding.disposition));
  facts.set_at_once(type.at_once);
  facts.set_term_days(finding.term_days);
  if (finding.stated_due_date.has_value()) {
    *facts.mutable_stated_due_date() = rpc::ToDate(*finding.stated_due_date);
  }
  facts.set_duty_basis(type.duty_basis);
  facts.set_required_action(type.required_action);
  facts.set_transfer_department(finding.transfer_department);
  facts.set_recurrence_of(finding.recurrence_of());
  facts.set_recurrence_count(finding.recurrence_count);
  return facts;
}

}  // namespace

v1::InspectionRecorded ToInspectionRecorded(const domain::RecordedInspection& recorded) {
  const domain::Inspection& inspection = recorded.inspection;
  v1::InspectionRecorded event;
  event.set_inspection(inspection.name());
  event.set_venue(inspection.venue);
  *event.mutable_inspect_time() = rpc::ToTimestamp(inspection.inspect_time);
  for (const std::string& officer : inspection.officers) event.add_officers(officer);
  for (size_t i = 0; i < inspection.findings.size(); ++i) {
    *event.add_findings() = ToFacts(inspection.findings[i], *recorded.types[i]);
  }
  event.set_kind(static_cast<v1::InspectionKind>(inspection.kind));
  event.set_lead(inspection.lead);
  event.set_campaign(inspection.campaign);
  event.set_cap_exception(static_cast<v1::CapException>(inspection.cap_exception));
  return event;
}

v1::FindingRecorded ToFindingRecorded(const domain::Finding& finding,
                                      const domain::HazardType& type) {
  v1::FindingRecorded event;
  *event.mutable_finding() = ToFacts(finding, type);
  event.set_inspection(finding.inspection());
  event.set_venue(finding.venue);
  return event;
}

v1::FindingOrdered ToFindingOrdered(const domain::Finding& finding) {
  v1::FindingOrdered event;
  event.set_finding(finding.name());
  event.set_order(finding.order);
  return event;
}

v1::FindingRectified ToFindingRectified(const domain::Finding& finding) {
  v1::FindingRectified event;
  event.set_finding(finding.name());
  *event.mutable_rectify_time() = rpc::ToTimestamp(*finding.close_time);
  return event;
}

v1::FindingTransferred ToFindingTransferred(const domain::Finding& finding) {
  v1::FindingTransferred event;
  event.set_finding(finding.name());
  event.set_department(finding.transfer_department);
  event.set_outcome(finding.transfer_outcome);
  return event;
}

}  // namespace rectify::hazard::events
