#include "tests/simulation/source.h"

#include <algorithm>

namespace rectify::simulation {

events::FeedSlice ReadSlice(const SourceState& state, int64_t position, size_t limit) {
  events::FeedSlice slice;
  const auto size = static_cast<int64_t>(state.log.size());
  if (position > size) return slice;
  if (position > 0) {
    const event::v1::EventEnvelope& event = *state.log[static_cast<size_t>(position) - 1];
    slice.anchor = events::FeedEnd{event.epoch(), event.position(), event.chain()};
  }
  const int64_t end = std::min(size, position + static_cast<int64_t>(limit));
  for (int64_t i = position; i < end; ++i) {
    slice.events.push_back(*state.log[static_cast<size_t>(i)]);
  }
  return slice;
}

FeedAnswer ReadFeed(const SourceState& state, const events::FeedEnd& reader, size_t limit) {
  events::FeedSlice slice = ReadSlice(state, reader.position, limit);
  if (events::SharesHistory(reader, slice.anchor)) return std::move(slice.events);
  std::optional<int64_t> fork;
  for (const auto& [epoch, position] : state.forks) {
    if (epoch > reader.epoch) fork = std::min(position, fork.value_or(position));
  }
  return Diverged{events::LastCommonPosition(reader, fork, state.head)};
}

}  // namespace rectify::simulation
