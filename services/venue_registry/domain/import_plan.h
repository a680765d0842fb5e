// What a batch of rows does to the venues that they mean, before anything is written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/venue_registry/domain/import_columns.h"
#include "services/venue_registry/domain/keys.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::domain {

// One version of one venue that the batch makes, in order.
struct ImportStep {
  VenueChange change;  // `changed` is empty for a registration
  bool registered;
};

// The end state of a venue that the batch changed.
struct ImportedVenue {
  Venue venue;
  std::optional<Venue> before;  // absent for a registration
};

class ImportPlan {
 public:
  enum class Result { kCreated, kUpdated, kUnchanged };
  struct Outcome {
    Result result;
    std::string venue_id;
  };

  // `present`: all venues of the district that hold a key of a row, locked.
  ImportPlan(std::string district, absl::Time now, std::vector<Venue> present);

  // Applies one row: the venue with one of its external ids, else the one with its natural key,
  // else a new one, whose id follows from the row's content and the time alone. INVALID_ARGUMENT,
  // ALREADY_EXISTS or FAILED_PRECONDITION say why a row is refused; nothing is changed then.
  absl::StatusOr<Outcome> Apply(const ImportHeader& header, const ImportRow& row);

  const std::vector<ImportStep>& steps() const { return steps_; }
  std::vector<ImportedVenue> Changed() const;

 private:
  struct Entry {
    std::optional<Venue> stored;  // as it is in the tables
    Venue venue;                  // with the rows so far
  };
  absl::StatusOr<std::optional<size_t>> Match(const VenueFields& fields) const;
  absl::Status CheckCollision(const VenueFields& fields, size_t self) const;
  absl::StatusOr<Outcome> Register(const VenueFields& fields);
  absl::StatusOr<Outcome> Update(size_t at, const VenueFields& fields);

  const std::string district_;
  const absl::Time now_;
  std::vector<Entry> entries_;
  KeyIndex index_;
  std::vector<ImportStep> steps_;
};

}  // namespace rectify::venue::domain
