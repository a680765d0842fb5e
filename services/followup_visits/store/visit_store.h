// Visits in the database. What respondents said and who they are is encrypted.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/pool.h"
#include "services/followup_visits/domain/lottery.h"
#include "services/followup_visits/domain/visit.h"

namespace rectify::followup::store {

// One visit to be made.
struct PlannedVisit {
  std::string id;
  domain::Place place;
  std::string replaces;  // id of the visit whose place it takes, or ""
};

// PLANNED visits of one draw, in one statement.
absl::Status PlanVisits(pg::Tx& tx, absl::string_view district, absl::string_view draw,
                        const std::vector<PlannedVisit>& visits, absl::Time now);

// With the name of the unit, for people.
struct ListedVisit {
  domain::Visit visit;
  std::string party;
};

// NOT_FOUND when it does not exist.
absl::StatusOr<ListedVisit> GetVisit(pg::Tx& tx, absl::string_view district, absl::string_view id);
absl::StatusOr<ListedVisit> LockVisit(pg::Tx& tx, absl::string_view district, absl::string_view id);

// One page, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<ListedVisit>, std::string>> ListVisits(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

// Writes what the verbs change.
absl::Status SaveVisit(pg::Tx& tx, const domain::Visit& visit);

// The content of a visit that is done.
absl::Status SaveContent(pg::Tx& tx, const crypto::FieldCipher& cipher, const domain::Visit& visit,
                         const domain::VisitContent& content);
absl::StatusOr<domain::VisitContent> ReadContent(pg::Tx& tx, const crypto::FieldCipher& cipher,
                                                 absl::string_view district, absl::string_view id);

// The next number of a kind in a year, from 1 without holes: held until the transaction ends, and
// taken back with it.
absl::StatusOr<int> NextNumber(pg::Tx& tx, absl::string_view district, absl::string_view kind,
                               int year);

}  // namespace rectify::followup::store
