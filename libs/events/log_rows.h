// Reads of event_log and feed_log that the feed and the relay share. Used inside libs/events only.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/events/protocol.h"
#include "libs/pg/pool.h"

namespace rectify::events {

absl::StatusOr<FeedEnd> ReadFeedEnd(pg::Tx& tx, const std::string& source, const std::string& feed);

// The events of rows of the log or of a feed, from row `first` on, where the event before them has
// `prev_chain`. Columns: position, epoch, chain, aggregate, aggregate_version, type, payload,
// actor, request_id, trace, occurred_at, audience (0 in a filtered feed).
std::vector<event::v1::EventEnvelope> ToEvents(const pg::Rows& rows, int first,
                                               const std::string& source, const std::string& feed,
                                               std::string prev_chain);

// At most `limit` events after `position`, with prev_chain filled in. No events are read when the
// anchor is missing, except at position 0.
absl::StatusOr<FeedSlice> ReadFeedSlice(pg::Tx& tx, const std::string& source,
                                        const std::string& feed, int64_t position, int limit);

}  // namespace rectify::events
