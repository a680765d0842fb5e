// Copies the tail of event_log to the Redis stream `ev:{source}`, ids `<epoch>-<position>`. Its
// cursor is the stream's last id, moved by one Lua script. Several may run; Redis may be wiped at
// any moment. An object belongs to one thread.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/events/protocol.h"
#include "libs/pg/pool.h"
#include "libs/redis/redis.h"

namespace rectify::events {

class Relay {
 public:
  Relay(pg::Pool& pool, std::string redis_address, std::string source, int max_length = 10000);
  // Publishes what the stream lacks. Returns how many entries were added. `fresh`: what a sequencer
  // has just moved; when that is what the stream lacks next, the log is not read.
  absl::StatusOr<int> Publish(const FeedSlice& fresh = {});

 private:
  absl::StatusOr<int> PublishLog();
  // Appends the slice behind the end; false when that is not the stream's end any more.
  absl::StatusOr<bool> Append(const StreamEnd& end, const FeedSlice& slice);

  pg::Pool& pool_;
  redis::Connection redis_;
  std::string source_;
  int max_length_;
  // Where the stream ended when it was last looked at or appended to. Only spares looks at it: the
  // script appends nothing elsewhere.
  std::optional<StreamEnd> end_;
};

// "ev:{venue}"
std::string StreamKey(absl::string_view source);

}  // namespace rectify::events
