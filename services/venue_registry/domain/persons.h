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

// What a change of persons means for their days: those of `before` who are no longer in the same
// role become former ones as of `day`, new ones begin on it, the others keep their first day unless
// another one was sent.
void DatePersons(std::vector<Person>& persons, const std::vector<Person>& before,
                 absl::CivilDay day, std::vector<FormerPerson>& former);

}  // namespace rectify::venue::domain
