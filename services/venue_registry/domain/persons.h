// The persons of a venue: checks, and changes of a list that was read masked.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {

// Canonical form and rules of every person.
void CheckPersons(std::vector<Person>& persons, Violations& violations);

// Replaces masked values by the present ones of the person they are a mask of: the one at the same
// place when the list is as long as before, otherwise the only one that fits. INVALID_ARGUMENT for
// a mask that fits nobody or several.
absl::Status KeepMaskedPersons(std::vector<Person>& sent, const std::vector<Person>& present);

}  // namespace rectify::venue::domain
