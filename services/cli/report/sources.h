// Reads what a report rests on: every source's event feed up to an instant, and the ledger of
// reminders that had their outcome by then.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cli/connection.h"
#include "services/cli/report/facts.h"

namespace rectify::cli {

// Facts of `district` as they stood before `end`: later events are as if they had not happened yet.
// Reads with the connection's token, or as the operator when there is none. The follow-up service
// is asked only with a token of the discipline committee: without one nothing depends on what is
// there.
absl::StatusOr<Facts> ReadFacts(Connection& connection, const std::string& district, absl::Time end,
                                const std::string& committee_token);

}  // namespace rectify::cli
