// A temporary sealing (临时查封) and its life: proposed, studied together, approved by three people
// besides its officer, served, and lifted. Pure: each verb takes the present state and gives the
// next one, one version higher.
//
// Sources: 消防监督检查规定 22-25, 行政强制法 24, 25, 28.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/rectification_deadlines/domain/deliberation.h"
#include "services/rectification_deadlines/domain/officer.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::domain {

// Numbers of the enums are those of the contract.

enum class SealState {
  kInReview = 1,
  kApproved = 2,
  kSealed = 3,
  kLiftApplied = 4,
  kLiftChecked = 5,
  kLifted = 6,
  kRefused = 7,
};

// The contract's name without prefix: "IN_REVIEW".
absl::string_view NameOf(SealState state);

enum class SealGround {
  kExits = 1,
  kFacilities = 2,
  kFlammables = 3,
  kDecoration = 4,
  kOtherGrave = 5,
};

// 不再具备安全疏散条件
absl::string_view NameOf(SealGround ground);

// Sealed on the spot after an approval by word of mouth.
struct UrgentSealing {
  std::string approver;
  absl::Time approve_time, seal_time;
  std::string reason;
};

struct SealStudy {
  absl::Time study_time;
  std::string chair;
  std::vector<Opinion> opinions;
  bool justified = false;
  std::string conclusion;
};

struct SealService {
  absl::Time serve_time;
  std::vector<std::string> officers;
  std::string receiver;  // personal
  std::string proof, refusal;
};

struct SealCheck {
  absl::Time check_time;
  std::vector<std::string> officers;
  bool removed = false;
  std::string note;
};

struct Seal {
  std::string name;  // districts/{district}/seals/{uuid}
  std::string venue, party;
  absl::Time inspect_time;
  std::vector<std::string> officers;  // the first one handles it
  SealGround ground = SealGround::kOtherGrave;
  std::string facts;
  std::vector<std::string> parts, findings;
  int term_days = 0;
  std::string former;  // the seal that this one follows
  std::optional<UrgentSealing> urgent;
  SealState state = SealState::kInReview;
  std::vector<Approval> approvals;  // department head, legal reviewer, chief
  std::optional<SealStudy> study;
  std::optional<SealService> service;
  std::optional<absl::Time> seal_time;
  std::optional<absl::CivilDay> last_day;  // of the term, inclusive
  std::optional<absl::Time> apply_time;    // of the last application for lifting
  std::string apply_statement;
  std::optional<SealCheck> check;  // after it
  std::optional<absl::Time> end_time;
  std::string end_reason;
  absl::Time create_time;
  int64_t version = 1;

  bool HasOfficer(absl::string_view officer) const;
  // 西侧疏散楼梯等 2 处
  std::string PartsText() const;
};

// The last day of a term that begins with the sealing: counted in natural days, never moved.
absl::StatusOr<absl::CivilDay> LastDayOfSeal(absl::Time seal_time, int term_days);

// The proposal in its first state. INVALID_ARGUMENT for a term that is not 1 to 30 days or an
// approval by word of mouth after the sealing; FAILED_PRECONDITION DATE_ORDER, TOO_FEW_OFFICERS,
// OFFICER_NOT_QUALIFIED.
absl::StatusOr<Seal> ProposeSeal(Seal seal, const Officers& officers, absl::Time now);
// A further seal of the same danger is a new decision: FAILED_PRECONDITION SEAL_STATE while the
// former one still holds.
absl::Status RequireEnded(const Seal& former, absl::Time now);

// The verbs. All fail with FAILED_PRECONDITION SEAL_STATE (metadata `state`) from a state that does
// not allow them.

// Once. STUDY_INCOMPLETE, DATE_ORDER.
absl::StatusOr<Seal> StudySeal(Seal seal, SealStudy study, absl::Time now);

// Signs the next step. PERMISSION_DENIED NOT_YOUR_TASK; FAILED_PRECONDITION APPROVER_NOT_DISTINCT,
// STUDY_INCOMPLETE when the chief would decide without a study that found it justified.
absl::StatusOr<Seal> ApproveSeal(Seal seal, const Signer& signer, absl::string_view opinion,
                                 absl::Time now);

absl::StatusOr<Seal> RefuseSeal(Seal seal, std::string reason, absl::Time now);

// DATE_ORDER, TOO_FEW_OFFICERS, OFFICER_NOT_QUALIFIED.
absl::StatusOr<Seal> ServeSeal(Seal seal, SealService service, const Officers& officers,
                               absl::Time now);

absl::StatusOr<Seal> ApplySealLift(Seal seal, std::string statement, absl::Time now);

// DATE_ORDER, TOO_FEW_OFFICERS, OFFICER_NOT_QUALIFIED.
absl::StatusOr<Seal> CheckSealLift(Seal seal, SealCheck check, const Officers& officers,
                                   absl::Time now);

absl::StatusOr<Seal> DecideSealLift(Seal seal, bool lifted, std::string reason, absl::Time now);

}  // namespace rectify::deadline::domain
