// Closures of districts in PostgreSQL, and what a calendar takes of them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "libs/workday/calendar.h"
#include "services/rectification_deadlines/store/order_store.h"

namespace rectify::deadline::store {

struct Closure {
  std::string name;
  absl::CivilDay first_day, last_day;  // inclusive
  std::string reason, document;
  absl::Time create_time;
  int added_in = 0;  // closure version of the district
  std::optional<absl::Time> revoke_time{};
  std::string revoke_reason{};
  std::optional<int> revoked_in{};
  int changed_clock_count = 0;  // by its last change
};

// The closures that hold at one closure version of a district, for Calendar::Create.
struct Overlay {
  std::string version;  // "120110.1"; empty: the district never had a closure
  std::vector<workday::SpecialDay> days;
};

absl::Status InsertClosure(pg::Tx& tx, const Closure& closure);
// NOT_FOUND. Locks the row.
absl::StatusOr<Closure> LockClosure(pg::Tx& tx, absl::string_view name);
// Writes the revocation.
absl::Status SaveRevoked(pg::Tx& tx, const Closure& closure);
absl::Status SaveChangedCount(pg::Tx& tx, const Closure& closure);
// Newest day first, and the token of the next page. INVALID_PAGE_TOKEN.
absl::StatusOr<std::pair<std::vector<Closure>, std::string>> ListClosures(
    pg::Tx& tx, absl::string_view district, const Page& page);

// Begins the next closure version of the district.
absl::StatusOr<int> NextClosureVersion(pg::Tx& tx, absl::string_view district);
absl::StatusOr<Overlay> NewestOverlay(pg::Tx& tx, absl::string_view district);
absl::StatusOr<Overlay> OverlayAt(pg::Tx& tx, absl::string_view district, int version);

}  // namespace rectify::deadline::store
