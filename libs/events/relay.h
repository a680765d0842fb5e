// Copies the tail of event_log to the Redis stream `ev:{source}`, ids `<epoch>-<position>`. It has
// no state: its cursor is the stream's last id, moved by one Lua script. Several may run; Redis may
// be wiped at any moment.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/pg/pool.h"
#include "libs/redis/redis.h"

namespace rectify::events {

class Relay {
 public:
  Relay(pg::Pool& pool, std::string redis_address, std::string source, int max_length = 10000);
  // Publishes what the stream lacks. Returns how many entries were added.
  absl::StatusOr<int> Publish();

 private:
  pg::Pool& pool_;
  redis::Connection redis_;
  std::string source_;
  int max_length_;
};

// "ev:{venue}"
std::string StreamKey(absl::string_view source);

}  // namespace rectify::events
