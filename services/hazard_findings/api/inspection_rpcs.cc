// RecordInspection, GetInspection, ListInspections.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/api/references.h"
#include "services/hazard_findings/domain/recurrence.h"
#include "services/hazard_findings/events/payloads.h"
#include "services/hazard_findings/store/campaign_store.h"
#include "services/hazard_findings/store/inspection_store.h"
#include "services/hazard_findings/store/lead_store.h"
#include "services/hazard_findings/store/reference_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::api {
namespace {

using rectify::events::Change;

// Each inspection brings its findings, so a page of the general size could pass the size limit of a
// message.
constexpr int kMaxInspectionsPerPage = 100;

absl::Status CheckTakesPart(const rpc::Call& call, const domain::InspectionDraft& draft) {
  const bool takes_part =
      std::any_of(draft.officers.begin(), draft.officers.end(),
                  [&](const std::string& officer) { return call.caller.HasPost(officer); });
  if (takes_part) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {.reason = "NOT_YOUR_TASK",
                    .text = {"只有参加检查的执法人员可以录入（inspection.officers）",
                             "only an officer of the inspection may record it "
                             "(inspection.officers)"},
                    .metadata = {},
                    .violations = {}});
}

// What the kind of the inspection makes us look up. What does not exist stays missing; the rules
// tell.
absl::Status LoadKindFacts(const Context& context, pg::Tx& tx, const domain::InspectionDraft& draft,
                           domain::References& references) {
  const absl::CivilDay day = CivilDayOf(draft.inspect_time);
  references.cap = context.caps->On(day);
  if (references.cap != nullptr && references.venue.has_value()) {
    ASSIGN_OR_RETURN(references.counted_inspections,
                     store::CountedInspections(tx, draft.district, *references.venue, day.year()));
  }
  if (!draft.lead.empty() && rpc::DistrictOf(draft.lead) == draft.district) {
    auto lead = store::GetLead(tx, draft.district, PartsOf(draft.lead).id, std::nullopt);
    if (!lead.ok() && !absl::IsNotFound(lead.status())) return lead.status();
    if (lead.ok()) {
      ASSIGN_OR_RETURN(std::string venue, store::SurvivorOf(tx, lead->venue));
      references.lead = domain::LeadReference{lead->name(), std::move(venue)};
    }
  }
  if (!draft.campaign.empty() && rpc::DistrictOf(draft.campaign) == draft.district) {
    auto campaign = store::LockCampaign(tx, draft.district, PartsOf(draft.campaign).id,
                                        store::CampaignLock::kToUse);
    if (absl::IsNotFound(campaign.status())) return absl::OkStatus();
    RETURN_IF_ERROR(campaign.status());
    references.checklist =
        context.checklists->Find(campaign->checklist, campaign->checklist_version);
    references.campaign = *std::move(campaign);
  }
  return absl::OkStatus();
}

void Audit(Change& change, const domain::Inspection& inspection, const domain::Venue& venue) {
  int by_disposition[4] = {};
  rectify::events::AuditRecord record;
  record.related.push_back(inspection.venue);
  for (const std::string& officer : inspection.officers) record.related.push_back(officer);
  for (const std::string* cause : {&inspection.lead, &inspection.campaign}) {
    if (!cause->empty()) record.related.push_back(*cause);
  }
  for (const domain::Finding& finding : inspection.findings) {
    record.related.push_back(finding.name());
    ++by_disposition[static_cast<int>(finding.disposition)];
  }
  record.subject = inspection.name();
  record.action = "RecordInspection";
  record.summary = absl::StrCat(
      "检查 ", venue.display_name, "，发现隐患 ", inspection.findings.size(), " 处（当场改正 ",
      by_disposition[1], "，责令改正 ", by_disposition[2], "，移送 ", by_disposition[3], "）");
  record.details["inspect_time"] = FormatChinaMinute(inspection.inspect_time);
  record.details["kind"] =
      v1::InspectionKind_Name(static_cast<v1::InspectionKind>(inspection.kind)).substr(16);
  record.details["findings"] = absl::StrCat(inspection.findings.size());
  if (!inspection.findings.empty()) {
    record.details["catalog_version"] = absl::StrCat(inspection.findings[0].catalog_version);
  }
  change.Audit(std::move(record));
}

void Emit(Change& change, const domain::RecordedInspection& recorded) {
  // Names the officers, whose conduct the discipline committee follows.
  change.Emit(recorded.inspection.name(), 1, events::ToInspectionRecorded(recorded),
              rectify::events::kDiscipline);
  for (size_t i = 0; i < recorded.types.size(); ++i) {
    const domain::Finding& finding = recorded.inspection.findings[i];
    change.Emit(finding.name(), finding.version,
                events::ToFindingRecorded(finding, *recorded.types[i]),
                rectify::events::kDepartments);
  }
}

absl::Status LinkRecurrences(pg::Tx& tx, const domain::Venue& venue,
                             domain::Inspection& inspection) {
  if (inspection.findings.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<domain::PastFindings> past,
                   store::PastFindingsOf(tx, inspection, venue,
                                         domain::RecurrenceStart(inspection.inspect_time)));
  domain::LinkRecurrences(inspection.findings, past);
  return absl::OkStatus();
}

absl::StatusOr<v1::Inspection> RecordInspection(const Context& context, const rpc::Call& call,
                                                const v1::RecordInspectionRequest& request) {
  const domain::InspectionDraft asked = ToDraft(request);
  RETURN_IF_ERROR(CheckTakesPart(call, asked));
  service::Host& host = context.host;
  RETURN_IF_ERROR(CompleteReferences(host.pool(), host.peer("venue"), call, asked));
  return host.commands().Run<v1::Inspection>(
      call, [&](Change& change) -> absl::StatusOr<v1::Inspection> {
        domain::InspectionDraft draft = asked;
        ASSIGN_OR_RETURN(domain::References references, store::LoadReferences(change.sql(), draft));
        if (references.venue.has_value()) draft.venue = references.venue->name;
        RETURN_IF_ERROR(LoadKindFacts(context, change.sql(), draft, references));
        ASSIGN_OR_RETURN(
            domain::RecordedInspection recorded,
            domain::RecordInspection(draft, *context.catalog, references, change.now(),
                                     [&](absl::string_view step) { return change.NewId(step); }));
        RETURN_IF_ERROR(LinkRecurrences(change.sql(), *references.venue, recorded.inspection));
        RETURN_IF_ERROR(store::AddInspection(change.sql(), recorded.inspection));
        Audit(change, recorded.inspection, *references.venue);
        Emit(change, recorded);
        return ToProto(recorded.inspection);
      });
}

absl::StatusOr<v1::Inspection> GetInspection(const Context& context, const rpc::Call& call,
                                             const v1::GetInspectionRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      domain::Inspection inspection,
      context.host.pool().TransactValue(
          "hazard.get_inspection", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return store::GetInspection(tx, name.district, name.id); }));
  return ToProto(inspection);
}

absl::StatusOr<v1::ListInspectionsResponse> ListInspections(
    const Context& context, const rpc::Call& call, const v1::ListInspectionsRequest& request) {
  const int page_size = std::min(request.page_size(), kMaxInspectionsPerPage);
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_inspections",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListInspections(tx, rpc::DistrictOf(request.parent()),
                                                     request.filter(), page_size,
                                                     request.page_token());
                     }));
  v1::ListInspectionsResponse response;
  for (const domain::Inspection& inspection : page.first) {
    *response.add_inspections() = ToProto(inspection);
  }
  response.set_next_page_token(page.second);
  return response;
}

}  // namespace

void RegisterInspectionRpcs(const Context& context) {
  rpc::Server& server = context.host.server();
  server.Unary<v1::RecordInspectionRequest, v1::Inspection>(
      "rectify.hazard.v1.HazardFindings.RecordInspection",
      [context](const rpc::Call& call, const v1::RecordInspectionRequest& request) {
        return RecordInspection(context, call, request);
      });
  server.Unary<v1::GetInspectionRequest, v1::Inspection>(
      "rectify.hazard.v1.HazardFindings.GetInspection",
      [context](const rpc::Call& call, const v1::GetInspectionRequest& request) {
        return GetInspection(context, call, request);
      });
  server.Unary<v1::ListInspectionsRequest, v1::ListInspectionsResponse>(
      "rectify.hazard.v1.HazardFindings.ListInspections",
      [context](const rpc::Call& call, const v1::ListInspectionsRequest& request) {
        return ListInspections(context, call, request);
      });
}

}  // namespace rectify::hazard::api
