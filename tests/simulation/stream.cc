#include "tests/simulation/stream.h"

#include <algorithm>

#include "tests/simulation/actor.h"

namespace rectify::simulation {

using event::v1::EventEnvelope;

void Stream::CheckUp() const {
  if (!up_) throw Lost();
}

std::string Stream::LastId() const {
  return events::EntryId(static_cast<int32_t>(last_.first), last_.second);
}

events::StreamEnd Stream::End() const {
  CheckUp();
  events::StreamEnd end{LastId(), {}};
  if (!entries_.empty()) end.entry = entries_.back().event.SerializeAsString();
  return end;
}

std::vector<EventEnvelope> Stream::Read(Id after, size_t count) const {
  CheckUp();
  std::vector<EventEnvelope> events;
  for (const Entry& entry : entries_) {
    if (entry.id > after && events.size() < count) events.push_back(entry.event);
  }
  return events;
}

bool Stream::Append(const std::string& end, const std::vector<EventEnvelope>& events,
                    size_t longest, bool blindly) {
  CheckUp();
  if (end != LastId() && !blindly) return false;
  for (const EventEnvelope& event : events) {
    const Id id{event.epoch(), event.position()};
    if (id <= last_) continue;  // XADD refuses it
    entries_.push_back({id, event});
    last_ = id;
  }
  while (entries_.size() > longest) entries_.pop_front();
  ++changes_;
  return true;
}

void Stream::Drop(const std::string& end) {
  CheckUp();
  if (end == LastId()) Wipe();
}

void Stream::Wipe() {
  entries_.clear();
  last_ = {0, 0};
  ++changes_;
}

void Stream::Trim(size_t keep) {
  while (entries_.size() > keep) entries_.pop_front();
  ++changes_;
}

void Stream::CutTail(size_t lost) {
  for (size_t i = std::min(lost, entries_.size()); i > 0; --i) entries_.pop_back();
  last_ = entries_.empty() ? Id{0, 0} : entries_.back().id;
  ++changes_;
}

}  // namespace rectify::simulation
