// The source's database: requests, aggregates, outbox and log, as tables of a model. The rows are
// written by the programs in commands.cc and sequencer.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libs/events/protocol.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::simulation {

inline constexpr char kSource[] = "deadline";

// The types of its events: what happens to a clock.
inline constexpr char kStarted[] = "ClockStarted";  // payload: days until due
inline constexpr char kMoved[] = "DueDateChanged";  // payload: days until due
inline constexpr char kMet[] = "ClockMet";
inline constexpr char kPoisoned[] = "Poisoned";  // no consumer can apply it before it is mended

struct Answer {
  events::StoredRequest stored;
  int64_t commit = 0;  // number of the commit that stored it
};

struct Aggregate {
  int64_t version = 0;
  bool running = false;
};

struct OutboxRow {
  events::Unsequenced event;
  std::string request_id;
};

struct FilteredRow {
  int64_t event_position;
  std::string chain;
};

struct SourceState {
  int64_t last_id = 0;  // of the outbox
  std::map<std::string, Answer> requests;
  std::map<std::string, Aggregate> aggregates;
  std::map<int64_t, OutboxRow> outbox;
  // source_head: its end, and the database that wrote it.
  events::FeedEnd head{1, 0, events::GenesisChain(kSource, events::kInternalFeed)};
  events::Origin origin{1, "00000001"};
  std::map<int32_t, int64_t> forks;                                  // source_epoch
  std::vector<std::shared_ptr<const event::v1::EventEnvelope>> log;  // position 1 is the first
  std::map<std::string, std::vector<FilteredRow>> filtered;          // feed_log
};

// As ReadFeedSlice in libs/events/log_rows.cc, of the internal feed.
events::FeedSlice ReadSlice(const SourceState& state, int64_t position, size_t limit);

// As LocalFeed::Read: the events behind the reader's, or, when its history has diverged, the last
// position in common.
struct Diverged {
  int64_t fork_position;
};
using FeedAnswer = std::variant<std::vector<event::v1::EventEnvelope>, Diverged>;
FeedAnswer ReadFeed(const SourceState& state, const events::FeedEnd& reader, size_t limit);

}  // namespace rectify::simulation
