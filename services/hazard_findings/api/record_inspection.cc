// RecordInspection. What many inspectors record at the same time is done together: the steps below
// ask, judge and write for a group of calls, and each call succeeds or fails alone. Two round trips
// to the database: everything is asked with the claim of the request ids, and written with the end.
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
  domain::References references;
  store::VenuePast past;
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

store::ReferenceNames ReferencesOf(const domain::InspectionDraft& draft) {
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
  const store::ReferenceNames names = ReferencesOf(draft);
  return (absl::StartsWith(names.venue, own) && !references.venue.has_value()) ||
         std::any_of(names.officers.begin(), names.officers.end(),
                     [&](const auto& name) { return lacks(name, references.officers); }) ||
         std::any_of(names.departments.begin(), names.departments.end(),
                     [&](const auto& name) { return lacks(name, references.departments); });
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
  if (recording.past.id_is_taken) {
    recording.turn.Refuse(
        MakeError(absl::StatusCode::kAlreadyExists,
                  {.reason = "ALREADY_EXISTS",
                   .text = {"该编号的检查已存在（inspection_id）",
                            "an inspection with this id exists already (inspection_id)"},
                   .metadata = {{"field", "inspection_id"}},
                   .violations = {}}));
    return;
  }
  recording.recorded = *std::move(recorded);
  domain::LinkRecurrences(recording.recorded.inspection.findings, recording.past.findings);
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
  return store::AddInspections(tx, district, inspections);
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

// The calls that share a transaction.
class Group {
 public:
  // `lacking`: a call that mentions what has no copy here is refused and its index noted there,
  // because asking the registry would make the others wait. nullptr: it was asked.
  Group(const Context& context, const std::vector<const Asked*>& asked, std::set<size_t>* lacking)
      : context_(context), asked_(asked), lacking_(lacking) {}

  absl::Status Ask(pg::Tx& tx, const std::vector<size_t>& indices) {
    questions_.clear();
    for (const size_t index : indices) {
      domain::InspectionDraft draft = ToDraft(asked_[index]->request);
      Questions& questions = questions_[draft.district];
      questions.Add(index, std::move(draft), *context_.caps);
    }
    for (auto& [district, questions] : questions_) {
      RETURN_IF_ERROR(store::AskReferences(tx, district, questions.names, &questions.references));
      RETURN_IF_ERROR(store::AskPast(tx, district, questions.upcoming, &questions.past));
    }
    return absl::OkStatus();
  }

  absl::Status Record(pg::Tx& tx, std::vector<Turn>& turns) {
    for (auto& [district, questions] : questions_) {
      Recordings recordings = questions.Answered(turns, *context_.caps);
      RETURN_IF_ERROR(Record(tx, district, recordings));
    }
    return absl::OkStatus();
  }

 private:
  // Of one district; the vectors run side by side.
  struct Questions {
    void Add(size_t index, domain::InspectionDraft draft, const domain::InspectionCaps& caps) {
      std::set<std::string> codes;
      for (const domain::FindingDraft& finding : draft.findings) codes.insert(finding.catalog_code);
      indices.push_back(index);
      names.push_back(ReferencesOf(draft));
      upcoming.push_back({draft.id, draft.venue, draft.inspect_time, std::move(codes),
                          caps.On(CivilDayOf(draft.inspect_time)) != nullptr});
      drafts.push_back(std::move(draft));
    }

    // Of the calls that got a turn.
    Recordings Answered(std::vector<Turn>& turns, const domain::InspectionCaps& caps) {
      std::vector<domain::References> known = store::ReadReferences(references, names);
      std::vector<store::VenuePast> pasts = store::ReadPast(past, upcoming);
      Recordings recordings;
      for (size_t i = 0; i < indices.size(); ++i) {
        const auto turn = std::find_if(turns.begin(), turns.end(),
                                       [&](const Turn& one) { return one.index() == indices[i]; });
        if (turn == turns.end()) continue;
        known[i].cap = caps.On(CivilDayOf(drafts[i].inspect_time));
        known[i].counted_inspections = pasts[i].counted_inspections;
        recordings.push_back({.turn = *turn,
                              .draft = std::move(drafts[i]),
                              .references = std::move(known[i]),
                              .past = std::move(pasts[i])});
      }
      return recordings;
    }

    std::vector<size_t> indices;
    std::vector<domain::InspectionDraft> drafts;
    std::vector<store::ReferenceNames> names;
    std::vector<store::Upcoming> upcoming;
    store::ReferenceRows references;
    store::PastRows past;
  };

  absl::Status Record(pg::Tx& tx, const std::string& district, Recordings& recordings) {
    for (Recording& recording : recordings) {
      if (lacking_ == nullptr || !LacksCopies(recording.draft, recording.references)) continue;
      lacking_->insert(recording.turn.index());
      recording.turn.Refuse(absl::UnavailableError("the registry must be asked first"));
    }
    DeferSecondsOfAVenue(recordings);
    for (Recording* recording : GoingOn(recordings)) {
      RETURN_IF_ERROR(LoadCause(context_, tx, *recording));
      Judge(context_, *recording);
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

  const Context& context_;
  const std::vector<const Asked*>& asked_;
  std::set<size_t>* const lacking_;
  std::map<std::string, Questions> questions_;  // by district
};

// Records these calls; indices of those whose names have no copy here go to `lacking`, unless it is
// nullptr.
Answers RecordGroup(const Context& context, const std::vector<const Asked*>& asked,
                    std::set<size_t>* lacking) {
  std::vector<const rpc::Call*> calls;
  calls.reserve(asked.size());
  for (const Asked* one : asked) calls.push_back(&one->call);
  Group group(context, asked, lacking);
  return context.host.commands().RunGroup(
      calls, [&](pg::Tx& tx, std::vector<Turn>& turns) { return group.Record(tx, turns); },
      [&](pg::Tx& tx, const std::vector<size_t>& indices) { return group.Ask(tx, indices); });
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
