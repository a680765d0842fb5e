// Visitors (回访人员) and what they must keep away from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/followup_visits/domain/unit.h"

namespace rectify::followup::domain {

struct Interest {
  std::string subject;  // a venue, an officer or a penalised unit
  std::string reason;
};

struct Visitor {
  std::string district, code;
  std::string display_name;
  std::string user;
  std::vector<std::string> officers;  // that this person is or was
  std::vector<Interest> interests;
  bool retired = false;
  int64_t version = 0;

  std::string name() const;
};

// INVALID_ARGUMENT: an interest in something else than a venue, officer or unit of the district; a
// user that is no login. FAILED_PRECONDITION INTEREST_KEPT: `before` (null for a new visitor) had
// an interest, or was an officer, that `after` leaves out: whoever declared a tie can't undeclare
// it before a draw.
absl::Status CheckVisitor(const Visitor& after, const Visitor* before);

// Whether the visitor handled the unit's case, or declared an interest in the unit, its venue under
// any of its names, or one of its officers (回避).
bool IsBarred(const Visitor& visitor, const PenalisedUnit& unit);

// Those of `codes` who are barred from the unit by what is declared now: a tie may come up after
// the draw.
std::vector<std::string> BarredAmong(const std::vector<std::string>& codes,
                                     const std::vector<Visitor>& visitors,
                                     const PenalisedUnit& unit);

}  // namespace rectify::followup::domain
