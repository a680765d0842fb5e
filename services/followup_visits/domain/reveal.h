// Who answered, read by two people together: one asks, another approves, the first reads once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/followup_visits/domain/visit.h"

namespace rectify::followup::domain {

// As rectify.followup.v1.Reveal.State; an approved one whose window is over counts as expired.
enum class RevealState { kRequested = 1, kApproved = 2, kRefused = 3, kViewed = 4, kExpired = 5 };

// One entry of the register; never changed.
struct RevealEntry {
  std::string action, actor;
  absl::Time time;
  std::string note;
};

struct Reveal {
  std::string district, id, visit_id;
  std::string requester, reason;
  std::vector<std::string> fields;
  RevealState state = RevealState::kRequested;
  std::string approver;
  std::optional<absl::Time> expire_time;
  absl::Time create_time;
  std::vector<RevealEntry> entries;

  std::string name() const;
  RevealState StateAt(absl::Time now) const;
};

// How long an approved reveal may be read.
inline constexpr absl::Duration kRevealWindow = absl::Hours(24);

// INVALID_ARGUMENT on `fields` unless they are of person_name, mobile, position, each once.
absl::Status CheckRevealFields(const std::vector<std::string>& fields);

// PERMISSION_DENIED NOT_YOUR_TASK: the requester decides, or somebody else reads.
// FAILED_PRECONDITION REVEAL_STATE out of turn.
absl::StatusOr<Reveal> Approve(Reveal reveal, absl::string_view user, absl::Time now);
absl::StatusOr<Reveal> Refuse(Reveal reveal, absl::string_view user, absl::Time now);
absl::StatusOr<Reveal> View(Reveal reveal, absl::string_view user, absl::Time now);

// The fields that were asked for; the others empty.
Respondent Shown(const Reveal& reveal, const Respondent& respondent);

}  // namespace rectify::followup::domain
