// Reads of event_log and feed_log that the feed and the relay share. Used inside libs/events only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::events {

inline constexpr char kInternalFeed[] = "internal";
inline constexpr char kDepartmentsFeed[] = "departments";
inline constexpr char kDisciplineFeed[] = "discipline";

// The end of a feed. Position 0 and the genesis hash when it has no events.
struct FeedEnd {
  int32_t epoch = 0;
  int64_t position = 0;
  std::string chain;
};

// A stretch of a feed.
struct FeedSlice {
  // The event at the position asked for; empty at position 0 and when there is no such event.
  std::optional<FeedEnd> anchor;
  std::vector<event::v1::EventEnvelope> events;  // those after it
};

// The link before the first event of a feed.
std::string GenesisChain(absl::string_view source, absl::string_view feed);

absl::StatusOr<FeedEnd> ReadFeedEnd(pg::Tx& tx, const std::string& source, const std::string& feed);

// At most `limit` events after `position`, with prev_chain filled in. No events are read when the
// anchor is missing, except at position 0.
absl::StatusOr<FeedSlice> ReadFeedSlice(pg::Tx& tx, const std::string& source,
                                        const std::string& feed, int64_t position, int limit);

}  // namespace rectify::events
