// Which reports a client asks for, and their leads.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/adapters/lead/adapter.h"
#include "services/gateway/adapters/open311/mapping.h"

namespace rectify::gateway::open311 {

struct ReportQuery {
  std::vector<std::string> ids;  // when there are any, nothing else counts
  std::set<std::string> codes;   // empty: all
  bool open = true, closed = true;
  absl::Time start = absl::InfinitePast(), end = absl::InfiniteFuture();  // both inclusive
};

inline constexpr size_t kMostReports = 1000;  // the standard's own limit
inline constexpr size_t kMostIds = 50;

// INVALID_ARGUMENT naming the parameter; NOT_FOUND for a service_code that there is not.
absl::StatusOr<ReportQuery> ParseReportQuery(const NamedValues& query, const Mapping& mapping);

using Leads = std::vector<hazard::v1::Lead>;

// Newest first, or in the order of the ids; an id that the caller may not see, or that is no report
// of this kind, is left out. INVALID_ARGUMENT naming `start_date` when more than 10 000 leads would
// have to be looked at. `mapping` must outlive the search.
void FindReports(const AskService& ask, const Mapping& mapping, const std::string& district,
                 ReportQuery query, std::function<void(absl::StatusOr<Leads>)> done);

}  // namespace rectify::gateway::open311
