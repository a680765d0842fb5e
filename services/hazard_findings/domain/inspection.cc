#include "services/hazard_findings/domain/inspection.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/domain/finding_rules.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

std::string OfficerPath(size_t i) { return absl::StrCat("inspection.officers[", i, "]"); }

void CheckHead(const InspectionDraft& draft, absl::Time now, Problems& problems) {
  if (!draft.id.empty() && !IsUuid(draft.id)) {
    problems.Add("inspection_id", "应为小写 UUID", "must be a lower-case UUID");
  }
  if (draft.inspect_time > now) {
    problems.Add("inspection.inspect_time", "晚于当前时间", "lies in the future", "IN_THE_FUTURE");
  }
  if (!LiesIn(draft.venue, draft.district)) {
    problems.Add("inspection.venue", "不属于本区", "lies in another district");
  }
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < draft.officers.size(); ++i) {
    if (!LiesIn(draft.officers[i], draft.district)) {
      problems.Add(OfficerPath(i), "不属于本区", "lies in another district");
    }
    // Two entries of one officer are one officer too few, which has a reason of its own.
    if (!seen.insert(draft.officers[i]).second && draft.officers.size() > kMinOfficers) {
      problems.Add(OfficerPath(i), "重复", "is there twice");
    }
  }
}

absl::Status CheckOfficerCount(const InspectionDraft& draft) {
  const std::set<absl::string_view> distinct(draft.officers.begin(), draft.officers.end());
  if (distinct.size() >= kMinOfficers) return absl::OkStatus();
  const Text text = {"执法人员不得少于两人（inspection.officers）",
                     "at least two officers must take part (inspection.officers)"};
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   {.reason = "TOO_FEW_OFFICERS",
                    .text = text,
                    .metadata = {},
                    .violations = {{.field = "inspection.officers", .text = text}}});
}

absl::Status CheckVenue(const InspectionDraft& draft, const References& references) {
  if (!references.venue.has_value()) return NotFoundError(draft.venue);
  const Venue& venue = *references.venue;
  if (!venue.close_time.has_value() || draft.inspect_time < *venue.close_time) {
    return absl::OkStatus();
  }
  const std::string closed = FormatChinaMinute(*venue.close_time);
  return PreconditionError(
      "VENUE_CLOSED",
      {absl::StrCat(venue.display_name, " 已于 ", closed, " 注销（inspection.venue）"),
       absl::StrCat(venue.display_name, " has been closed since ", closed, " (inspection.venue)")},
      {{"venue", venue.name}});
}

absl::Status CheckOfficers(const InspectionDraft& draft, const References& references) {
  for (const std::string& name : draft.officers) {
    if (!references.officers.contains(name)) return NotFoundError(name);
  }
  const absl::CivilDay day = CivilDayOf(draft.inspect_time);
  ErrorDetail detail = {
      .reason = "OFFICER_NOT_QUALIFIED", .text = {}, .metadata = {}, .violations = {}};
  for (size_t i = 0; i < draft.officers.size(); ++i) {
    const Officer& officer = references.officers.at(draft.officers[i]);
    if (IsQualified(officer, day)) continue;
    const std::string date = FormatCivilDay(day);
    const Text text = {
        absl::StrCat(officer.display_name, " 在 ", date, " 没有有效执法资格或者不在编在职（",
                     OfficerPath(i), "）"),
        absl::StrCat(officer.display_name, " had no valid certificate or was not in post on ", date,
                     " (", OfficerPath(i), ")")};
    if (detail.violations.empty()) {
      detail.text = text;
      detail.metadata = {{"officer", officer.name}, {"date", date}};
    }
    detail.violations.push_back({.field = OfficerPath(i), .text = text});
  }
  if (detail.violations.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, std::move(detail));
}

}  // namespace

bool IsQualified(const Officer& officer, absl::CivilDay day) {
  const bool certified = officer.certificate_start <= day && day <= officer.certificate_end;
  const bool in_post =
      officer.post_start <= day && (!officer.post_end.has_value() || day <= *officer.post_end);
  return certified && in_post;
}

absl::StatusOr<RecordedInspection> RecordInspection(const InspectionDraft& draft,
                                                    const Catalog& catalog,
                                                    const References& references, absl::Time now,
                                                    const IdSource& new_id) {
  Problems problems;
  CheckHead(draft, now, problems);
  CheckKind(draft, references, problems);
  const CatalogVersion* version = catalog.On(CivilDayOf(draft.inspect_time));
  std::vector<const HazardType*> types;
  for (size_t i = 0; i < draft.findings.size(); ++i) {
    const std::string path = absl::StrCat("inspection.findings[", i, "]");
    types.push_back(CheckFinding(draft, draft.findings[i], path, version, references, problems));
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  RETURN_IF_ERROR(CheckOfficerCount(draft));
  RETURN_IF_ERROR(CheckVenue(draft, references));
  RETURN_IF_ERROR(CheckOfficers(draft, references));
  RETURN_IF_ERROR(CheckKindFacts(draft, references));

  RecordedInspection recorded = {
      .inspection = {.district = draft.district,
                     .id = draft.id.empty() ? new_id("inspection") : draft.id,
                     .venue = draft.venue,
                     .inspect_time = draft.inspect_time,
                     .officers = draft.officers,
                     .summary = draft.summary,
                     .findings = {},
                     .create_time = now,
                     .kind = draft.kind,
                     .lead = draft.lead,
                     .campaign = draft.campaign,
                     .accident = draft.accident,
                     .answers = draft.answers,
                     .advice = draft.advice,
                     .cap_exception = CapExceptionOf(draft, references.cap)},
      .types = std::move(types)};
  for (size_t i = 0; i < draft.findings.size(); ++i) {
    Finding finding = MakeFinding(draft, draft.findings[i], *recorded.types[i]);
    finding.id = new_id(absl::StrCat("finding/", i));
    finding.inspection_id = recorded.inspection.id;
    finding.ordinal = static_cast<int>(i);
    finding.catalog_version = version->version;
    recorded.inspection.findings.push_back(std::move(finding));
  }
  return recorded;
}

}  // namespace rectify::hazard::domain
