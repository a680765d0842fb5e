// What happens to a seal, as events that carry their duty: clocks follow by the policy alone.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/events/command.h"
#include "rectify/deadline/v1/seal_events.pb.h"
#include "services/rectification_deadlines/domain/seal.h"
#include "services/rectification_deadlines/events/clock_keeper.h"

namespace rectify::deadline::events {

v1::SealProposed ToSealProposed(const domain::Seal& seal);
// `action`: STUDIED or APPROVED.
v1::SealReviewed ToSealReviewed(const domain::Seal& seal, absl::string_view action);
v1::SealRefused ToSealRefused(const domain::Seal& seal);
// The seal must be served.
v1::SealServed ToSealServed(const domain::Seal& seal);
v1::SealLiftApplied ToSealLiftApplied(const domain::Seal& seal);
// The seal must be checked.
v1::SealLiftChecked ToSealLiftChecked(const domain::Seal& seal);
v1::SealLiftRefused ToSealLiftRefused(const domain::Seal& seal);
v1::SealLifted ToSealLifted(const domain::Seal& seal);

// One audit entry and one event of the seal after the change, and what follows for its clocks from
// `time`, when it happened.
absl::Status JournalSeal(::rectify::events::Change& change, const ClockKeeper& clocks,
                         const domain::Seal& seal, std::string action, std::string summary,
                         const google::protobuf::Message& payload, absl::Time time);

}  // namespace rectify::deadline::events
