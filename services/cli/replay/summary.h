// What a replay came to: counted from the records through the public rpcs, never from what the
// player remembers. The same records give the same bytes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cli/connection.h"
#include "services/cli/replay/receivers.h"

namespace rectify::cli {

struct SummaryInput {
  std::string title;
  std::string district;
  absl::CivilDay first, last;
  absl::Time now;
  int midnights = 0;  // that were checked for findings that fell through
};

// Counts and cross-checks. FAILED_PRECONDITION, naming the first, when a check does not hold:
// a finding outside a running clock, a due reminder without an outcome, a ledger that differs from
// what the receivers got.
absl::StatusOr<nlohmann::ordered_json> Summarize(Connection& connection, const SummaryInput& input,
                                                 const Receivers& receivers);

// For people. `brief`: without the list of orders.
std::string SummaryText(const nlohmann::ordered_json& summary, bool brief);

}  // namespace rectify::cli
