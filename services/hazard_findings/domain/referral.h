// An official letter to a department or street (公函) and its life:
//
//   SENT → RECEIVED → REPLIED → CONCLUDED, or back as RETURNED with a new due date → REPLIED
//
// A transfer goes from RECEIVED to ACCEPTED, and is replied then, or to REFUSED, and is concluded
// then. A notice that asks for no reply is concluded from RECEIVED. Before a reply it can be
// WITHDRAWN.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract and of the tables.
enum class ReferralKind { kNotice = 1, kTransfer = 2, kProcuratorialSuggestion = 3 };

enum class ReferralState {
  kSent = 1,
  kReceived = 2,
  kAccepted = 3,
  kRefused = 4,
  kReplied = 5,
  kReturned = 6,
  kConcluded = 7,
  kWithdrawn = 8
};

enum class ReferralOutcome { kNone = 0, kDone = 1, kInProgress = 2, kNotDone = 3 };

std::string ReferralName(absl::string_view district, absl::string_view id);

struct Referral {
  std::string district, id;
  ReferralKind kind = ReferralKind::kNotice;
  std::string subject, venue, addressee;  // resource names
  std::string title, text, document_number;
  std::string issuer;  // of a suggestion, as its date
  std::optional<absl::CivilDay> issue_date;
  bool reply_required = false;
  std::optional<absl::CivilDay> reply_due_date;  // absent: by the clock policy
  ReferralState state = ReferralState::kSent;
  absl::Time send_time;
  std::optional<absl::Time> receive_time;
  std::string receiver;
  std::optional<absl::Time> decide_time;
  std::string refuse_reason;
  std::string reply;
  ReferralOutcome outcome = ReferralOutcome::kNone;
  std::optional<absl::Time> reply_time;
  std::string return_reason;
  int return_count = 0;
  std::string withdraw_reason;
  std::optional<absl::Time> end_time;
  int64_t version = 1;

  std::string name() const { return ReferralName(district, id); }
};

// How late a reply may be asked for.
struct ReferralLimit {
  ReferralKind kind = ReferralKind::kNotice;
  int max_reply_months = 0;
  std::string basis;
};
using ReferralLimits = std::vector<ReferralLimit>;

// What of a new referral exists.
struct ReferralReferences {
  // The venue of the subject; absent: there is no such subject.
  std::optional<std::string> venue;
  bool addressee = false;
};

// Whether the name is one of a thing that a referral can be about, or be sent to, in any district.
bool IsReferralSubject(absl::string_view name);
bool IsReferralAddressee(absl::string_view name);

// INVALID_FIELD, with paths from the request; then NOT_FOUND (subject, addressee).
absl::StatusOr<Referral> SendReferral(Referral referral, const ReferralReferences& references,
                                      const ReferralLimits& limits, absl::Time now);

// The verbs. FAILED_PRECONDITION REFERRAL_STATE (metadata `state`, `kind`) from another state, or
// of another kind, than the contract allows.
absl::StatusOr<Referral> AcknowledgeReferral(Referral referral, absl::string_view receiver,
                                             absl::Time now);
// INVALID_FIELD (reason: where it is refused).
absl::StatusOr<Referral> DecideReferral(Referral referral, bool accept, absl::string_view reason,
                                        absl::Time now);
absl::StatusOr<Referral> ReplyReferral(Referral referral, absl::string_view reply,
                                       ReferralOutcome outcome, absl::Time now);
absl::StatusOr<Referral> ConcludeReferral(Referral referral, absl::Time now);
// INVALID_FIELD (due_date).
absl::StatusOr<Referral> ReturnReferral(Referral referral, absl::string_view reason,
                                        absl::CivilDay due_date, absl::Time now);
absl::StatusOr<Referral> WithdrawReferral(Referral referral, absl::string_view reason,
                                          absl::Time now);

// Which of the clock policy's periods runs after this event; see events/referral_payloads.h.
absl::string_view ReferralVariant(const Referral& referral);

}  // namespace rectify::hazard::domain
