// What other services' events do here. Effects run in the consumer's transaction.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/events/consumer.h"
#include "rectify/event/v1/event.pb.h"
#include "services/rectification_deadlines/domain/policy.h"
#include "services/rectification_deadlines/events/clock_keeper.h"
#include "services/rectification_deadlines/store/order_store.h"

namespace rectify::deadline::events {

// Venues and officers become rows here; the registry has the audit entries. The clocks of a venue
// that was merged pass to the one that goes on. What an event says of a duty becomes clocks.
absl::Status ApplyVenueEvents(pg::Tx& tx, ::rectify::events::Run& run, const ClockKeeper& clocks);

// Inspections become findings, orders and clocks, written as sets for a run of them; transfers end;
// duties become clocks. Thread-safe; all references outlive it.
class HazardConsumer {
 public:
  HazardConsumer(const domain::Policy& policy, const store::OrderStore& orders,
                 const ClockKeeper& clocks)
      : policy_(policy), orders_(orders), clocks_(clocks) {}

  // UNAVAILABLE while the venue of an inspection is not known here: the order names the party and
  // its street, and events of two sources come in no order. The event is tried again until the
  // venue's own has come, which it will: the hazard service has seen it before it took the
  // inspection.
  absl::Status Apply(pg::Tx& tx, ::rectify::events::Run& run) const;

 private:
  struct Recorded;
  absl::Status Draft(pg::Tx& tx, std::vector<Recorded>& recorded) const;
  absl::Status ConcludeTransfer(::rectify::events::Change& change, const std::string& name,
                                absl::Time time) const;

  const domain::Policy& policy_;
  const store::OrderStore& orders_;
  const ClockKeeper& clocks_;
};

}  // namespace rectify::deadline::events
