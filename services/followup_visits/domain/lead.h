// Problem leads (问题线索) and referrals (移送).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rectify::followup::domain {

// As in rectify.followup.v1.ProblemLead.
enum class LeadSource { kVisit = 1, kPetition = 2, kSupervision = 3, kTransfer = 4 };
enum class Disposal { kNone = 0, kInquiry = 1, kVerification = 2, kHeld = 3, kClosed = 4 };
enum class Outcome {
  kNone = 0,
  kUnfounded = 1,
  kFirstForm = 2,
  kSecondForm = 3,
  kThirdForm = 4,
  kFourthForm = 5
};
enum class LeadState { kReceived = 1, kInDisposal = 2, kConcluded = 3 };

struct Lead {
  std::string district, id, number;
  LeadSource source = LeadSource::kVisit;
  std::string visit;  // resource name, may be empty
  std::vector<std::string> officers;
  std::string summary;
  absl::CivilDay receive_date, proposal_due_date;
  Disposal disposal = Disposal::kNone;
  std::string disposal_reason;
  std::optional<absl::Time> propose_time;  // of the first proposal
  Outcome outcome = Outcome::kNone;
  std::string outcome_note;
  LeadState state = LeadState::kReceived;
  absl::Time create_time;
  int64_t version = 0;

  std::string name() const;
  // Whether the proposal came, or is still owed, after its last day.
  bool OverdueOn(absl::CivilDay today) const;
};

// One month after receipt, the same day of the next month or its last day (监督执纪工作规则:
// 自收到问题 线索之日起1个月内提出处置意见). Party rules know no rolling over days off, so the date
// stands.
absl::CivilDay ProposalDueDate(absl::CivilDay receive_date);

// INVALID_ARGUMENT: received in the future; from a visit, but no visit named.
absl::StatusOr<Lead> RegisterLead(Lead lead, absl::CivilDay today);
// FAILED_PRECONDITION PROBLEM_LEAD_STATE. A lead that is HELD may be disposed of again.
absl::StatusOr<Lead> Dispose(Lead lead, Disposal disposal, absl::string_view reason,
                             absl::Time now);
// FAILED_PRECONDITION PROBLEM_LEAD_STATE; INVALID_ARGUMENT when a lead that is CLOSED ends worse
// than by the first form.
absl::StatusOr<Lead> Conclude(Lead lead, Outcome outcome, absl::string_view note);

struct Referral {
  std::string district, id, number;
  std::string lead;  // resource name, may be empty
  std::string receiver, title, text;
  absl::Time issue_time;
  std::string receipt;
  std::optional<absl::Time> receive_time;
  int64_t version = 0;

  std::string name() const;
};

// Once. FAILED_PRECONDITION PROBLEM_LEAD_STATE.
absl::StatusOr<Referral> Receive(Referral referral, absl::string_view receipt, absl::Time now);

}  // namespace rectify::followup::domain
