// Contacts with deputies: the reminders of somebody on leave reach whoever stands in, and those of
// a post that nobody holds the post that the policy names for it.
#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/pg/pool.h"
#include "services/reminder_dispatch/dispatch/contacts.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/domain/stand_in.h"

namespace rectify::reminder::dispatch {

// Thread-safe if `registry` is.
class DeputyContacts : public ContactBook {
 public:
  // All references outlive it; `registry` knows addresses.
  DeputyContacts(ContactBook& registry, pg::Pool& pool, const Clock& clock,
                 const domain::Policy& policy)
      : registry_(registry), pool_(pool), clock_(clock), policy_(policy) {}

  // For each name its deputies' contacts, then its own: a channel that takes one address takes the
  // deputy's, mail goes to all. Deputies' names are marked （代）. A deputy without any contact
  // changes nothing, so that a ladder never ends at one.
  absl::StatusOr<Contacts> Resolve(const std::vector<std::string>& names,
                                   absl::string_view purpose) override;

 private:
  absl::StatusOr<std::vector<domain::StandIn>> InForce(const std::vector<std::string>& names,
                                                       absl::Time now);
  absl::StatusOr<Contacts> WithStandIns(const std::vector<std::string>& names,
                                        const std::vector<domain::StandIn>& stand_ins,
                                        absl::Time now, absl::string_view purpose);
  // The post that takes the place of a vacant one; empty when there is none.
  std::string DeputyPostOf(const std::string& name) const;

  ContactBook& registry_;
  pg::Pool& pool_;
  const Clock& clock_;
  const domain::Policy& policy_;
};

}  // namespace rectify::reminder::dispatch
