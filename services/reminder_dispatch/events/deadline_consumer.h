// Follows the clocks' events: plans reminders when a clock starts, anew when its due date or the
// calendar moves or it passes to another venue, and cancels what is pending when it ends.
#pragma once

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "rectify/event/v1/event.pb.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::events {

class DeadlineConsumer {
 public:
  // `policy` is valid.
  explicit DeadlineConsumer(domain::Policy policy) : policy_(std::move(policy)) {}

  // The effect of one event of the source `deadline`, inside the cursor's transaction. Events that
  // concern no reminder are ignored.
  absl::Status operator()(rectify::events::Change& change,
                          const event::v1::EventEnvelope& event) const;

 private:
  absl::Status Start(rectify::events::Change& change, const event::v1::EventEnvelope& event) const;
  absl::Status Move(rectify::events::Change& change, const event::v1::EventEnvelope& event) const;
  absl::Status Pass(rectify::events::Change& change, const event::v1::EventEnvelope& event) const;
  absl::Status Import(rectify::events::Change& change, const event::v1::EventEnvelope& event) const;

  domain::Policy policy_;
};

}  // namespace rectify::reminder::events
