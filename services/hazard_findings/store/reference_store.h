// Copies of the registry's venues, officers, departments and streets. They may lag behind; a
// version that is older than the stored one changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/inspection.h"
#include "services/hazard_findings/domain/references.h"

namespace rectify::hazard::store {

template <typename T>
struct Versioned {
  T value;
  int64_t version = 0;  // at the registry
};

// No name twice in a set. They travel with the next statement that is waited for.
absl::Status SaveVenues(pg::Tx& tx, const std::vector<Versioned<domain::Venue>>& venues);
absl::Status SaveOfficers(pg::Tx& tx, const std::vector<Versioned<domain::Officer>>& officers);
absl::Status SaveDepartments(pg::Tx& tx,
                             const std::vector<Versioned<domain::Department>>& departments);
absl::Status SaveStreets(pg::Tx& tx, const std::vector<Versioned<domain::Street>>& streets);

// What a command mentions; empty: nothing of that kind.
struct ReferenceNames {
  std::string venue;
  std::vector<std::string> officers, departments;
};

// Those of the names that are known here; a venue that was merged is the one that goes on.
absl::StatusOr<domain::References> LoadReferences(pg::Tx& tx, absl::string_view district,
                                                  const ReferenceNames& names);
// The same for several commands, in two steps: what is asked can be read after the next wait.
struct ReferenceRows {
  pg::Rows venues, officers, departments;
};
absl::Status AskReferences(pg::Tx& tx, absl::string_view district,
                           const std::vector<ReferenceNames>& commands, ReferenceRows* rows);
// Of each command, in their order.
std::vector<domain::References> ReadReferences(const ReferenceRows& rows,
                                               const std::vector<ReferenceNames>& commands);

// Those of `names` (venues, officers, departments, streets of one district) that have no copy here.
absl::StatusOr<std::vector<std::string>> UnknownNames(pg::Tx& tx, absl::string_view district,
                                                      const std::vector<std::string>& names);

}  // namespace rectify::hazard::store
