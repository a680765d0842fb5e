// RecordInspection. What many inspectors record at the same time is done together: the steps below
// load, judge and write for a group of calls, and each call succeeds or fails alone.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
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
using rectify::events::Turn;
using Asked = rpc::Asked<v1::RecordInspectionRequest>;
using Answers = std::vector<absl::StatusOr<std::string>>;

// One call on its way through the steps.
struct Recording {
  Turn& turn;
  domain::InspectionDraft draft;
  domain::References references = {};
  std::vector<domain::PastFindings> past = {};
  domain::RecordedInspection recorded = {};
};
using Recordings = std::vector<Recording>;

// Those that no step has ended yet.
std::vector<Recording*> GoingOn(Recordings& recordings) {
  std::vector<Recording*> some;
  for (Recording& recording : recordings) {
    if (recording.turn.open()) some.push_back(&recording);
  }
  return some;
}

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

store::ReferenceNames NamesOf(const domain::InspectionDraft& draft) {
  store::ReferenceNames names = {draft.venue, draft.officers, {}};
  for (const domain::FindingDraft& finding : draft.findings) {
    if (!finding.transfer_department.empty()) {
      names.departments.push_back(finding.transfer_department);
    }
  }
  return names;
}

// Whether a name of the own district has no copy here; the registry may know it all the same.
bool LacksCopies(const domain::InspectionDraft& draft, const domain::References& references) {
  const std::string own = absl::StrCat("districts/", draft.district, "/");
  const auto lacks = [&](const std::string& name, const auto& known) {
    return absl::StartsWith(name, own) && !known.contains(name);
  };
  const store::ReferenceNames names = NamesOf(draft);
  return (absl::StartsWith(names.venue, own) && !references.venue.has_value()) ||
         std::any_of(names.officers.begin(), names.officers.end(),
                     [&](const auto& name) { return lacks(name, references.officers); }) ||
         std::any_of(names.departments.begin(), names.departments.end(),
                     [&](const auto& name) { return lacks(name, references.departments); });
}

absl::Status LoadCopies(pg::Tx& tx, const std::string& district, Recordings& recordings) {
  std::vector<store::ReferenceNames> names;
  for (const Recording& recording : recordings) names.push_back(NamesOf(recording.draft));
  ASSIGN_OR_RETURN(std::vector<domain::References> references,
                   store::LoadReferences(tx, district, names));
  for (size_t i = 0; i < recordings.size(); ++i) {
    recordings[i].references = std::move(references[i]);
  }
  return absl::OkStatus();
}

// The cap and the recurrences of a venue depend on its inspections before, so of several at one
// venue only the first is recorded now.
void DeferSecondsOfAVenue(Recordings& recordings) {
  std::set<std::string> venues;
  for (Recording* recording : GoingOn(recordings)) {
    if (!recording->references.venue.has_value()) continue;
    const std::string& survivor = recording->references.venue->name;
    recording->draft.venue = survivor;
    if (!venues.insert(survivor).second) recording->turn.Defer();
  }
}

absl::Status LoadPast(const Context& context, pg::Tx& tx, const std::string& district,
                      Recordings& recordings) {
  std::vector<Recording*> asking;
  std::vector<store::Upcoming> upcoming;
  for (Recording* recording : GoingOn(recordings)) {
    const domain::InspectionDraft& draft = recording->draft;
    domain::References& references = recording->references;
    references.cap = context.caps->On(CivilDayOf(draft.inspect_time));
    if (!references.venue.has_value()) continue;
    std::set<std::string> codes;
    for (const domain::FindingDraft& finding : draft.findings) codes.insert(finding.catalog_code);
    asking.push_back(recording);
    upcoming.push_back(
        {*references.venue, draft.inspect_time, std::move(codes), references.cap != nullptr});
  }
  ASSIGN_OR_RETURN(std::vector<store::VenuePast> pasts,
                   store::PastOfVenues(tx, district, upcoming));
  for (size_t i = 0; i < asking.size(); ++i) {
    asking[i]->references.counted_inspections = pasts[i].counted_inspections;
    asking[i]->past = std::move(pasts[i].findings);
  }
  return absl::OkStatus();
}

// What an inspection was made for. What does not exist stays missing; the rules tell.
absl::Status LoadCause(const Context& context, pg::Tx& tx, Recording& recording) {
  const domain::InspectionDraft& draft = recording.draft;
  domain::References& references = recording.references;
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

void Judge(const Context& context, Recording& recording) {
  Change& change = recording.turn.change();
  absl::StatusOr<domain::RecordedInspection> recorded = domain::RecordInspection(
      recording.draft, *context.catalog, recording.references, change.now(),
      [&](absl::string_view step) { return change.NewId(step); });
  if (!recorded.ok()) {
    recording.turn.Refuse(recorded.status());
    return;
  }
  recording.recorded = *std::move(recorded);
  domain::LinkRecurrences(recording.recorded.inspection.findings, recording.past);
}

absl::Status Store(pg::Tx& tx, const std::string& district,
                   const std::vector<Recording*>& recordings) {
  // A client's own id may be there twice; the first in the group has it.
  std::vector<const domain::Inspection*> inspections;
  std::set<std::string> ids;
  for (Recording* recording : recordings) {
    if (ids.insert(recording->recorded.inspection.id).second) {
      inspections.push_back(&recording->recorded.inspection);
    } else {
      recording->turn.Defer();
    }
  }
  ASSIGN_OR_RETURN(const std::set<std::string> taken,
                   store::AddInspections(tx, district, inspections));
  for (Recording* recording : recordings) {
    if (!recording->turn.open() || !taken.contains(recording->recorded.inspection.id)) continue;
    recording->turn.Refuse(
        MakeError(absl::StatusCode::kAlreadyExists,
                  {.reason = "ALREADY_EXISTS",
                   .text = {"该编号的检查已存在（inspection_id）",
                            "an inspection with this id exists already (inspection_id)"},
                   .metadata = {{"field", "inspection_id"}},
                   .violations = {}}));
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

// The commands of one district that share a transaction. `refuse_lacking`: a call that mentions
// what has no copy here is refused and its index noted, because asking the registry would make the
// others wait.
absl::Status Record(const Context& context, pg::Tx& tx, const std::string& district,
                    Recordings& recordings, std::set<size_t>* lacking) {
  RETURN_IF_ERROR(LoadCopies(tx, district, recordings));
  for (Recording& recording : recordings) {
    if (lacking == nullptr || !LacksCopies(recording.draft, recording.references)) continue;
    lacking->insert(recording.turn.index());
    recording.turn.Refuse(absl::UnavailableError("the registry must be asked first"));
  }
  DeferSecondsOfAVenue(recordings);
  RETURN_IF_ERROR(LoadPast(context, tx, district, recordings));
  for (Recording* recording : GoingOn(recordings)) {
    RETURN_IF_ERROR(LoadCause(context, tx, *recording));
    Judge(context, *recording);
  }
  RETURN_IF_ERROR(Store(tx, district, GoingOn(recordings)));
  for (Recording* recording : GoingOn(recordings)) {
    const domain::Inspection& inspection = recording->recorded.inspection;
    Audit(recording->turn.change(), inspection, *recording->references.venue);
    Emit(recording->turn.change(), recording->recorded);
    recording->turn.Answer(ToProto(inspection));
  }
  return absl::OkStatus();
}

// Records in one group what these calls ask; indices of calls whose names have no copy here go to
// `lacking`, unless it is nullptr.
Answers RecordGroup(const Context& context, const std::vector<const Asked*>& asked,
                    std::set<size_t>* lacking) {
  std::vector<const rpc::Call*> calls;
  calls.reserve(asked.size());
  for (const Asked* one : asked) calls.push_back(&one->call);
  return context.host.commands().RunGroup(
      calls, [&](pg::Tx& tx, std::vector<Turn>& turns) -> absl::Status {
        std::map<std::string, Recordings> by_district;
        for (Turn& turn : turns) {
          domain::InspectionDraft draft = ToDraft(asked[turn.index()]->request);
          Recordings& recordings = by_district[draft.district];
          recordings.push_back({.turn = turn, .draft = std::move(draft)});
        }
        for (auto& [district, recordings] : by_district) {
          RETURN_IF_ERROR(Record(context, tx, district, recordings, lacking));
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<std::string> RecordAfterAskingTheRegistry(const Context& context,
                                                         const Asked& asked) {
  service::Host& host = context.host;
  RETURN_IF_ERROR(
      CompleteReferences(host.pool(), host.peer("venue"), asked.call, ToDraft(asked.request)));
  return std::move(RecordGroup(context, {&asked}, nullptr).front());
}

Answers RecordInspections(const Context& context, const std::vector<Asked>& asked) {
  Answers answers(asked.size());
  std::vector<const Asked*> admitted;
  std::vector<size_t> places;
  for (size_t i = 0; i < asked.size(); ++i) {
    const absl::Status taken_part = CheckTakesPart(asked[i].call, ToDraft(asked[i].request));
    if (!taken_part.ok()) {
      answers[i] = taken_part;
      continue;
    }
    admitted.push_back(&asked[i]);
    places.push_back(i);
  }
  std::set<size_t> lacking;
  Answers recorded = RecordGroup(context, admitted, &lacking);
  for (size_t i = 0; i < admitted.size(); ++i) {
    answers[places[i]] = lacking.contains(i) ? RecordAfterAskingTheRegistry(context, *admitted[i])
                                             : std::move(recorded[i]);
  }
  return answers;
}

}  // namespace

void RegisterRecordInspection(const Context& context) {
  context.host.server().Grouped<v1::RecordInspectionRequest, v1::Inspection>(
      "rectify.hazard.v1.HazardFindings.RecordInspection",
      [context](const std::vector<Asked>& asked) { return RecordInspections(context, asked); });
}

}  // namespace rectify::hazard::api
