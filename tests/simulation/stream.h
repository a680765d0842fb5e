// A model of the Redis stream of one source, with the two scripts of the relay. It holds nothing
// that could not be lost at any moment.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "libs/events/protocol.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::simulation {

class Stream {
 public:
  using Id = std::pair<int64_t, int64_t>;
  struct Entry {
    Id id;
    event::v1::EventEnvelope event;
  };

  // XINFO STREAM
  events::StreamEnd End() const;
  // XREAD: at most `count` entries behind the id.
  std::vector<event::v1::EventEnvelope> Read(Id after, size_t count) const;
  // The append script: adds the events behind `end` only, and keeps about `longest`. Returns
  // whether it did. With `blindly` it forgets to look, as Redis does.
  bool Append(const std::string& end, const std::vector<event::v1::EventEnvelope>& events,
              size_t longest, bool blindly);
  // The drop script.
  void Drop(const std::string& end);

  void SetUp(bool up) { up_ = up; }
  bool up() const { return up_; }
  void Wipe();                // FLUSHALL, or a restart that lost its file
  void Trim(size_t keep);     // keeps the last id
  void CutTail(size_t lost);  // the end of the file was lost in a crash

  const std::deque<Entry>& entries() const { return entries_; }
  // Grows with each change.
  int64_t changes() const { return changes_; }

 private:
  void CheckUp() const;
  std::string LastId() const;

  std::deque<Entry> entries_;
  Id last_{0, 0};
  bool up_ = true;
  int64_t changes_ = 0;
};

}  // namespace rectify::simulation
