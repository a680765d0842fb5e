// Reads of event_log and feed_log that the feed and the relay share. Used inside libs/events only.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/events/protocol.h"
#include "libs/pg/pool.h"

namespace rectify::events {

absl::StatusOr<FeedEnd> ReadFeedEnd(pg::Tx& tx, const std::string& source, const std::string& feed);

// At most `limit` events after `position`, with prev_chain filled in. No events are read when the
// anchor is missing, except at position 0.
absl::StatusOr<FeedSlice> ReadFeedSlice(pg::Tx& tx, const std::string& source,
                                        const std::string& feed, int64_t position, int limit);

}  // namespace rectify::events
