// How far imports came, and the results of the rows that they committed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"

namespace rectify::venue::store {

struct ImportProgress {
  int rows_done = 0;
  std::string digest;  // over the header and the rows done
};

struct ImportResult {
  int line = 0;
  int result = 0;        // number of the contract
  std::string venue_id;  // empty when refused
  std::vector<std::string> problems;
};

// Thread-safe.
class ImportStore {
 public:
  // Nothing when no batch of it was committed.
  absl::StatusOr<std::optional<ImportProgress>> Read(pg::Tx& tx, const std::string& district,
                                                     const std::string& id) const;
  // Adds the results of one batch. ABORTED IMPORT_CHANGED when the import does not stand at
  // `before` any more, because another stream goes on with it.
  absl::Status Advance(pg::Tx& tx, const std::string& district, const std::string& id,
                       const ImportProgress& before, const ImportProgress& after,
                       const std::vector<ImportResult>& results, absl::Time now) const;
  // Results after row `after` (0: from the first), at most `limit`.
  absl::StatusOr<std::vector<ImportResult>> Results(pg::Tx& tx, const std::string& district,
                                                    const std::string& id, int after,
                                                    int limit) const;
};

// The file is not the one that the import began with, or somebody else goes on with the import.
absl::Status ImportChangedError(absl::StatusCode code);

}  // namespace rectify::venue::store
