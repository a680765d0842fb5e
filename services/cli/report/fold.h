// Folds events into facts. Pure: the same events in the order of each source's feed give the same
// facts, whatever the order of the sources.
#pragma once

#include "absl/status/status.h"
#include "rectify/event/v1/event.pb.h"
#include "services/cli/report/facts.h"

namespace rectify::cli {

// Applies one event. Types that say nothing about the year are ignored; DATA_LOSS for a payload
// that is not what its type says.
absl::Status Fold(const event::v1::EventEnvelope& event, Facts& facts);

}  // namespace rectify::cli
