// A collective deliberation on a major act (集体议案): who met, what each one said, and whether it
// was carried. One rule for orders and for the study of a seal. Pure.
//
// Sources: 行政处罚法 57 II; 消防救援机构法制审核审批和集体议案工作规范.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::deadline::domain {

struct Opinion {
  std::string officer;
  bool agrees = false;
  std::string opinion;
};

struct Absentee {
  std::string officer, reason;
};

struct Deliberation {
  absl::Time meet_time;
  std::string place, chair;
  std::vector<Opinion> participants;
  std::vector<Absentee> absentees, recusals;
  std::string minutes;
  bool carried = false;  // set by CheckDeliberation()

  // 3 人参加，2 人同意
  std::string VotesText() const;
};

// More than half agree.
bool IsCarried(const std::vector<Opinion>& participants);

// At least three different people, the chair among them, who is not the handling officer.
// FAILED_PRECONDITION `reason`, metadata `cause`: REPEATED, TOO_FEW, CHAIR_ABSENT, CHAIR_HANDLES.
absl::Status CheckMeeting(const std::vector<Opinion>& participants, const std::string& chair,
                          absl::string_view handling_officer, absl::string_view reason);

// The act that was deliberated.
struct DeliberatedAct {
  bool needed = false;  // not lawful without a deliberation
  bool done = true;     // decided, not refused: the meeting must have carried it
  std::string handling_officer;
  absl::Time not_before;  // what it is about came up
};

// Sets `carried`. FAILED_PRECONDITION DELIBERATION_REQUIRED (metadata `cause`: MISSING, NOT_CARRIED
// and as above), DATE_ORDER.
absl::Status CheckDeliberation(std::optional<Deliberation>& deliberation, const DeliberatedAct& act,
                               absl::Time now);

}  // namespace rectify::deadline::domain
