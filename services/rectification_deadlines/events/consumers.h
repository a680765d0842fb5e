// What other services' events do here. Effects run in the consumer's transaction.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "rectify/event/v1/event.pb.h"
#include "services/rectification_deadlines/domain/policy.h"
#include "services/rectification_deadlines/events/clock_keeper.h"
#include "services/rectification_deadlines/store/order_store.h"

namespace rectify::deadline::events {

// Venues and officers become rows here; the registry has the audit entries. The clocks of a venue
// that was merged pass to the one that goes on.
absl::Status ApplyVenueEvent(::rectify::events::Change& change,
                             const event::v1::EventEnvelope& envelope);

// What an event of any source says of a duty becomes clocks.
absl::Status ApplyDuty(::rectify::events::Change& change, const event::v1::EventEnvelope& envelope,
                       const ClockKeeper& clocks);

// Inspections become findings, orders and clocks; transfers end. Thread-safe; all references
// outlive it.
class HazardConsumer {
 public:
  HazardConsumer(const domain::Policy& policy, const store::OrderStore& orders,
                 const ClockKeeper& clocks)
      : policy_(policy), orders_(orders), clocks_(clocks) {}

  // UNAVAILABLE while the venue of an inspection is not known here: the order names the party and
  // its street, and events of two sources come in no order. The event is tried again until the
  // venue's own has come, which it will: the hazard service has seen it before it took the
  // inspection.
  absl::Status Apply(::rectify::events::Change& change,
                     const event::v1::EventEnvelope& envelope) const;

 private:
  const domain::Policy& policy_;
  const store::OrderStore& orders_;
  const ClockKeeper& clocks_;
};

}  // namespace rectify::deadline::events
