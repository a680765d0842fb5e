// Command → sequencer → relay → consumer, all parts of one replica in one object; and what must be
// true of the data that any number of them leave behind.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/integration/events/fixture.h"

namespace rectify::crash {

// One event that the consumer can't apply at first is enough to park it.
class Pipeline {
 public:
  Pipeline(const std::string& dsn, const std::string& redis_address, const Clock& clock,
           int max_length = 10000);

  // Gives the thing its next version under this request id.
  absl::StatusOr<events::Text> Touch(const std::string& request_id, const std::string& thing,
                                     int audience = events::kInternalOnly);
  // Events of things named so can't be applied until Cure.
  static bool IsBad(const std::string& thing);
  void Cure() { cured_ = true; }

  events::Service venue, deadline;
  redis::Connection redis;
  events::Relay relay;
  events::Consumer consumer;

 private:
  absl::Status Apply(events::Change& change, const event::v1::EventEnvelope& event) const;
  bool cured_ = false;
};

class PipelineTest : public events::EventsTest {
 protected:
  std::unique_ptr<Pipeline> NewReplica(int max_length = 10000);

  // Every event has a position, positions are dense and linked in each feed, and each effect is one
  // event, in the order of its thing's versions. Call it when all is at rest.
  void ExpectOneHistory();
  // The stream holds a dense stretch of the log up to its end; from `first` on, if that is given.
  void ExpectStreamIsTheTail(int64_t first = 0);
  // Repeats a request that was answered; it must be one event and one audit entry.
  void ExpectDoneOnce(Pipeline& replica, const std::string& request_id, const std::string& thing,
                      const std::string& answer);

  testing::TestRedis redis_server_;
};

}  // namespace rectify::crash
