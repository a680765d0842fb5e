#include "services/followup_visits/domain/lead.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::followup::domain {
namespace {

absl::Status StateError(const char* state, const char* zh, const char* en) {
  return PreconditionError("PROBLEM_LEAD_STATE", {zh, en}, {{"state", state}});
}

const char* NameOf(const Lead& lead) {
  if (lead.state == LeadState::kReceived) return "RECEIVED";
  if (lead.state == LeadState::kConcluded) return "CONCLUDED";
  return lead.disposal == Disposal::kHeld ? "HELD" : "IN_DISPOSAL";
}

}  // namespace

std::string Lead::name() const {
  return absl::StrCat("districts/", district, "/problemLeads/", id);
}

bool Lead::OverdueOn(absl::CivilDay today) const {
  return (propose_time ? CivilDayOf(*propose_time) : today) > proposal_due_date;
}

absl::CivilDay ProposalDueDate(absl::CivilDay receive_date) {
  const absl::CivilMonth next = absl::CivilMonth(receive_date) + 1;
  const absl::CivilDay last = absl::CivilDay(next + 1) - 1;
  return std::min(last, absl::CivilDay(next.year(), next.month(), 1) + (receive_date.day() - 1));
}

absl::StatusOr<Lead> RegisterLead(Lead lead, absl::CivilDay today) {
  if (lead.receive_date > today) {
    return FieldError("lead.receive_date",
                      {"lead.receive_date 晚于今天", "lead.receive_date is in the future"},
                      "IN_THE_FUTURE");
  }
  if (lead.source == LeadSource::kVisit && lead.visit.empty()) {
    return FieldError("lead.visit",
                      {"来源为回访时 lead.visit 必填", "lead.visit is required with source VISIT"});
  }
  lead.proposal_due_date = ProposalDueDate(lead.receive_date);
  lead.version = 1;
  return lead;
}

absl::StatusOr<Lead> Dispose(Lead lead, Disposal disposal, absl::string_view reason,
                             absl::Time now) {
  const bool open = lead.state == LeadState::kReceived ||
                    (lead.state == LeadState::kInDisposal && lead.disposal == Disposal::kHeld);
  if (!open) {
    return StateError(NameOf(lead), "线索已确定处置方式", "the lead has its disposal already");
  }
  lead.state = LeadState::kInDisposal;
  lead.disposal = disposal;
  lead.disposal_reason = std::string(reason);
  if (!lead.propose_time) lead.propose_time = now;
  ++lead.version;
  return lead;
}

absl::StatusOr<Lead> Conclude(Lead lead, Outcome outcome, absl::string_view note) {
  if (lead.state != LeadState::kInDisposal || lead.disposal == Disposal::kHeld) {
    return StateError(NameOf(lead), "线索尚未处置、暂存待查或已办结",
                      "the lead is not in disposal, held, or concluded");
  }
  if (lead.disposal == Disposal::kClosed && outcome > Outcome::kFirstForm) {
    return FieldError("outcome", {"予以了结的线索只能是了结澄清或第一种形态（outcome）",
                                  "a lead that was closed is UNFOUNDED or of the first form"});
  }
  lead.state = LeadState::kConcluded;
  lead.outcome = outcome;
  lead.outcome_note = std::string(note);
  ++lead.version;
  return lead;
}

std::string Referral::name() const {
  return absl::StrCat("districts/", district, "/referrals/", id);
}

absl::StatusOr<Referral> Receive(Referral referral, absl::string_view receipt, absl::Time now) {
  if (referral.receive_time) {
    return StateError("RECEIVED", "回执已登记", "the receipt is recorded already");
  }
  referral.receipt = std::string(receipt);
  referral.receive_time = now;
  ++referral.version;
  return referral;
}

}  // namespace rectify::followup::domain
