// Follows the clocks' events: plans reminders when a clock starts, anew when its due date or the
// calendar moves or it passes to another venue, and cancels what is pending when it ends.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "libs/events/consumer.h"
#include "rectify/event/v1/event.pb.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::events {

class DeadlineConsumer {
 public:
  // `policy` is valid.
  explicit DeadlineConsumer(domain::Policy policy) : policy_(std::move(policy)) {}

  // The effects of a run of events of the source `deadline`, inside the cursor's transaction.
  // Events that concern no reminder are ignored.
  absl::Status operator()(pg::Tx& tx, rectify::events::Run& run) const;

 private:
  absl::Status Import(rectify::events::Change& change, const event::v1::EventEnvelope& event) const;

  domain::Policy policy_;
};

}  // namespace rectify::reminder::events
