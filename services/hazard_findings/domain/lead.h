// A lead (线索) and its life:
//
//   RECEIVED → ACCEPTED → VERIFIED → CLOSED
//   RECEIVED → REFUSED, RECEIVED or ACCEPTED → TRANSFERRED
//
// A complaint must be verified within 24 hours or 3 working days of its receipt (消防监督检查规定
// 17, 18); any other lead is a report that binds the fire body from its acceptance on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/hazard_findings/domain/references.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract and of the tables.
enum class LeadSource { kGridWorker = 1, kComplaint = 2, kDepartment = 3, kOther = 4 };
enum class LeadCategory { kBlockedExitOrFacilityOff = 1, kOther = 2 };
enum class LeadState {
  kReceived = 1,
  kAccepted = 2,
  kRefused = 3,
  kTransferred = 4,
  kVerified = 5,
  kClosed = 6
};
enum class LeadOutcome { kNone = 0, kConfirmed = 1, kNotConfirmed = 2 };
enum class ReplyResult { kNone = 0, kTold = 1, kNotPossible = 2 };

std::string LeadName(absl::string_view district, absl::string_view id);

struct Lead {
  std::string district, id;
  LeadSource source = {};
  std::string external_id;
  LeadCategory category = {};
  std::string text, place;
  std::string venue;  // "" when it is not known
  absl::Time receive_time;
  std::string reporter;  // street or department that handed it in, or ""
  bool has_complainant = false;
  LeadState state = LeadState::kReceived;
  std::string officer;
  std::optional<absl::Time> accept_time;
  std::string reason;
  std::string transfer_department;
  LeadOutcome outcome = LeadOutcome::kNone;
  std::string inspection;
  std::string verification;
  std::optional<absl::Time> verify_time;
  ReplyResult reply_result = ReplyResult::kNone;
  std::string reply;
  std::optional<absl::Time> end_time;
  int64_t version = 1;

  std::string name() const { return LeadName(district, id); }
};

// Who complains. Never leaves this service but by RevealComplainant.
struct Complainant {
  std::string display_name, phone, address;
  bool empty() const { return display_name.empty() && phone.empty() && address.empty(); }
};

// A lead as it is handed in, without id and with `receive_time` set. INVALID_ARGUMENT
// IN_THE_FUTURE, INVALID_FIELD with paths from the request; NOT_FOUND (venue).
absl::Status CheckNewLead(const Lead& lead, const References& references, absl::Time now);

// The verbs. FAILED_PRECONDITION LEAD_STATE (metadata `state`) from another state than the contract
// allows; besides: AcceptLead: NOT_FOUND, OFFICER_NOT_QUALIFIED; TransferLead: NOT_FOUND.
absl::StatusOr<Lead> AcceptLead(Lead lead, const std::string& officer, const References& references,
                                absl::Time now);
absl::StatusOr<Lead> RefuseLead(Lead lead, absl::string_view reason, absl::Time now);
absl::StatusOr<Lead> TransferLead(Lead lead, const std::string& department,
                                  absl::string_view reason, const References& references,
                                  absl::Time now);

// The inspection that verified a lead.
struct VerifyingInspection {
  std::string name, venue;
  absl::Time inspect_time;
};
// INVALID_ARGUMENT (inspection): a confirmed lead needs one; it can't be of another venue than the
// lead's, nor older than the lead.
absl::StatusOr<Lead> VerifyLead(Lead lead, LeadOutcome outcome,
                                const std::optional<VerifyingInspection>& inspection,
                                absl::string_view text, absl::Time now);
absl::StatusOr<Lead> ReplyLead(Lead lead, ReplyResult result, absl::string_view text,
                               absl::Time now);

// What the lead's duty is called by the rules of the clock policy: URGENT_24H, COMPLAINT_3WD, or
// REPORT while a lead that is no complaint waits for acceptance.
absl::string_view DutyVariant(const Lead& lead);
// From when the period of verification is counted: a complaint's receipt, another lead's acceptance
// (its receipt, before that).
absl::Time DutyStart(const Lead& lead);
// Short text for reminders and queues, without the words of the lead.
std::string DutyTitle(const Lead& lead);

}  // namespace rectify::hazard::domain
