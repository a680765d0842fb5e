#include "services/hazard_findings/domain/lead.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/domain/inspection.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

absl::string_view StateName(LeadState state) {
  switch (state) {
    case LeadState::kReceived:
      return "RECEIVED";
    case LeadState::kAccepted:
      return "ACCEPTED";
    case LeadState::kRefused:
      return "REFUSED";
    case LeadState::kTransferred:
      return "TRANSFERRED";
    case LeadState::kVerified:
      return "VERIFIED";
    case LeadState::kClosed:
      return "CLOSED";
  }
  return "";
}

absl::string_view SourceText(LeadSource source) {
  switch (source) {
    case LeadSource::kGridWorker:
      return "网格上报";
    case LeadSource::kComplaint:
      return "举报投诉";
    case LeadSource::kDepartment:
      return "部门移送线索";
    case LeadSource::kOther:
      return "其他线索";
  }
  return "";
}

absl::Status CheckState(const Lead& lead, std::initializer_list<LeadState> allowed) {
  if (std::find(allowed.begin(), allowed.end(), lead.state) != allowed.end()) {
    return absl::OkStatus();
  }
  const std::string state(StateName(lead.state));
  return PreconditionError("LEAD_STATE",
                           {absl::StrCat("线索现为 ", state, "，不能这样办理（name）"),
                            absl::StrCat("the lead is ", state, " (name)")},
                           {{"state", state}});
}

Lead Changed(Lead lead, LeadState state) {
  lead.state = state;
  ++lead.version;
  return lead;
}

}  // namespace

std::string LeadName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/leads/", id);
}

absl::Status CheckNewLead(const Lead& lead, const References& references, absl::Time now) {
  Problems problems;
  if (lead.receive_time > now) {
    problems.Add("lead.receive_time", "晚于当前时间", "lies in the future", "IN_THE_FUTURE");
  }
  if (!lead.venue.empty() && !LiesIn(lead.venue, lead.district)) {
    problems.Add("lead.venue", "不属于本区", "lies in another district");
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  // A closed venue is no fault: the lead may be about what has gone on there since.
  if (!lead.venue.empty() && !references.venue.has_value()) return NotFoundError(lead.venue);
  return absl::OkStatus();
}

absl::StatusOr<Lead> AcceptLead(Lead lead, const std::string& officer, const References& references,
                                absl::Time now) {
  RETURN_IF_ERROR(CheckState(lead, {LeadState::kReceived, LeadState::kAccepted}));
  const auto found = references.officers.find(officer);
  if (found == references.officers.end()) return NotFoundError(officer);
  if (!IsQualified(found->second, CivilDayOf(now))) {
    const std::string date = FormatCivilDay(CivilDayOf(now));
    return PreconditionError(
        "OFFICER_NOT_QUALIFIED",
        {absl::StrCat(found->second.display_name, " 在 ", date,
                      " 没有有效执法资格或者不在编在职（officer）"),
         absl::StrCat(found->second.display_name,
                      " had no valid certificate or was not in post on ", date, " (officer)")},
        {{"officer", officer}, {"date", date}});
  }
  lead = Changed(std::move(lead), LeadState::kAccepted);
  lead.officer = officer;
  if (!lead.accept_time.has_value()) lead.accept_time = now;
  return lead;
}

absl::StatusOr<Lead> RefuseLead(Lead lead, absl::string_view reason, absl::Time now) {
  RETURN_IF_ERROR(CheckState(lead, {LeadState::kReceived}));
  lead = Changed(std::move(lead), LeadState::kRefused);
  lead.reason = std::string(reason);
  lead.end_time = now;
  return lead;
}

absl::StatusOr<Lead> TransferLead(Lead lead, const std::string& department,
                                  absl::string_view reason, const References& references,
                                  absl::Time now) {
  RETURN_IF_ERROR(CheckState(lead, {LeadState::kReceived, LeadState::kAccepted}));
  if (!references.departments.contains(department)) return NotFoundError(department);
  lead = Changed(std::move(lead), LeadState::kTransferred);
  lead.transfer_department = department;
  lead.reason = std::string(reason);
  lead.end_time = now;
  return lead;
}

absl::StatusOr<Lead> VerifyLead(Lead lead, LeadOutcome outcome,
                                const std::optional<VerifyingInspection>& inspection,
                                absl::string_view text, absl::Time now) {
  RETURN_IF_ERROR(CheckState(lead, {LeadState::kAccepted}));
  Problems problems;
  if (outcome == LeadOutcome::kConfirmed && !inspection.has_value()) {
    problems.Add("inspection", "线索属实时必填", "is required when the lead is confirmed");
  }
  if (inspection.has_value() && !lead.venue.empty() && inspection->venue != lead.venue) {
    problems.Add("inspection", "不是该线索所涉场所的检查", "is of another venue than the lead");
  }
  if (inspection.has_value() && inspection->inspect_time < lead.receive_time) {
    problems.Add("inspection", "早于线索的接收时间", "is older than the lead");
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  lead = Changed(std::move(lead), LeadState::kVerified);
  lead.outcome = outcome;
  if (inspection.has_value()) {
    lead.inspection = inspection->name;
    lead.venue = inspection->venue;
  }
  lead.verification = std::string(text);
  lead.verify_time = now;
  return lead;
}

absl::StatusOr<Lead> ReplyLead(Lead lead, ReplyResult result, absl::string_view text,
                               absl::Time now) {
  RETURN_IF_ERROR(CheckState(lead, {LeadState::kVerified}));
  lead = Changed(std::move(lead), LeadState::kClosed);
  lead.reply_result = result;
  lead.reply = std::string(text);
  lead.end_time = now;
  return lead;
}

absl::string_view DutyVariant(const Lead& lead) {
  if (lead.source != LeadSource::kComplaint && !lead.accept_time.has_value()) return "REPORT";
  return lead.category == LeadCategory::kBlockedExitOrFacilityOff ? "URGENT_24H" : "COMPLAINT_3WD";
}

absl::Time DutyStart(const Lead& lead) {
  if (lead.source == LeadSource::kComplaint) return lead.receive_time;
  return lead.accept_time.value_or(lead.receive_time);
}

std::string DutyTitle(const Lead& lead) {
  return absl::StrCat(SourceText(lead.source), "：",
                      lead.category == LeadCategory::kBlockedExitOrFacilityOff
                          ? "堵塞出口通道或者擅自停用消防设施"
                          : "火灾隐患");
}

}  // namespace rectify::hazard::domain
