#include "tests/simulation/checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rectify::simulation {

using event::v1::EventEnvelope;

void Checker::Check() {
  CheckSource();
  CheckStream();
  for (const auto& site : world_.sites) CheckConsumer(*site, consumers_[site->name]);
}

void Checker::CheckSource() {
  const SourceState& state = world_.source.Peek();
  if (source_.history != world_.source.history()) {
    source_ = {world_.source.history(), 0};
    versions_.clear();
    requests_.clear();
  }
  if (source_.size == state.log.size()) return;
  while (source_.size < state.log.size()) CheckEvent(*state.log[source_.size++]);
  CheckFiltered();
}

// Dense, linked, epochs and versions in order, one event per request.
void Checker::CheckEvent(const EventEnvelope& event) {
  const SourceState& state = world_.source.Peek();
  const auto position = static_cast<int64_t>(source_.size);
  const EventEnvelope* before = position > 1 ? state.log[source_.size - 2].get() : nullptr;
  const std::string last =
      before != nullptr ? before->chain() : events::GenesisChain(kSource, events::kInternalFeed);
  if (event.position() != position || event.prev_chain() != last ||
      event.chain() != events::ChainHash(last, position, event.epoch(), event.aggregate(),
                                         event.aggregate_version(), event.type(),
                                         event.payload())) {
    world_.Fail(absl::StrCat("the log is not dense and linked at ", position));
  }
  if (before != nullptr && event.epoch() < before->epoch()) {
    world_.Fail(absl::StrCat("the epoch goes back at ", position));
  }
  int64_t& version = versions_[event.aggregate()];
  if (event.aggregate_version() != ++version) {
    world_.Fail(absl::StrCat(event.aggregate(), " has version ", event.aggregate_version(), " at ",
                             position, " instead of ", version));
  }
  if (!requests_.insert(event.request_id()).second) {
    world_.Fail(absl::StrCat("request ", event.request_id(), " has a second effect at ", position));
  }
  previous_[event.chain()] = last;
}

// Each filtered feed is dense, linked and complete.
void Checker::CheckFiltered() {
  const SourceState& state = world_.source.Peek();
  for (const auto& [feed, rows] : state.filtered) {
    std::string chain = events::GenesisChain(kSource, feed);
    int64_t position = 0, event_position = 0;
    for (const FilteredRow& row : rows) {
      const EventEnvelope& event = *state.log[static_cast<size_t>(row.event_position) - 1];
      chain = events::ChainHash(chain, ++position, event.epoch(), event.aggregate(),
                                event.aggregate_version(), event.type(), event.payload());
      if (row.chain != chain || row.event_position <= event_position) {
        world_.Fail(absl::StrCat("the feed ", feed, " is not linked at ", position));
      }
      event_position = row.event_position;
    }
  }
}

// What lies in the stream is one stretch of one history.
void Checker::CheckStream() {
  if (stream_changes_ == world_.stream.changes()) return;
  stream_changes_ = world_.stream.changes();
  const EventEnvelope* before = nullptr;
  for (const Stream::Entry& entry : world_.stream.entries()) {
    if (before != nullptr && entry.event.prev_chain() != before->chain()) {
      world_.Fail(absl::StrCat("the stream has a gap before ", entry.event.position()));
    }
    if (!previous_.contains(entry.event.chain())) {
      world_.Fail(
          absl::StrCat("the stream has ", entry.event.position(), ", which was never committed"));
    }
    before = &entry.event;
  }
}

// What a consumer has handled is one history from its beginning, each event once.
void Checker::CheckConsumer(const Site& site, Seen& seen) {
  const ConsumerState& state = site.db.Peek();
  if (seen.history != site.db.history()) seen = {site.db.history(), 0};
  if (seen.size == state.handled.size()) return;
  for (; seen.size < state.handled.size(); ++seen.size) {
    const auto found = previous_.find(state.handled[seen.size]);
    const std::string last = seen.size > 0 ? state.handled[seen.size - 1]
                                           : events::GenesisChain(kSource, events::kInternalFeed);
    if (found == previous_.end() || found->second != last) {
      world_.Fail(
          absl::StrCat(site.name, " has doubled, skipped or invented an event after ", seen.size));
      return;
    }
  }
  if (state.cursor.position != static_cast<int64_t>(seen.size) ||
      state.cursor.chain != state.handled.back()) {
    world_.Fail(absl::StrCat("the cursor of ", site.name, " is not where its effects are"));
  }
}

void Checker::CheckAcks() {
  const SourceState& state = world_.source.Peek();
  std::map<std::string, int> effects;
  for (const auto& event : state.log) ++effects[event->request_id()];
  for (const auto& [id, row] : state.outbox) ++effects[row.request_id];
  for (const Ack& ack : world_.acks) {
    const bool undone =
        std::any_of(world_.undone.begin(), world_.undone.end(), [&](const Undone& commits) {
          return commits.after < ack.commit && ack.commit <= commits.until;
        });
    if (!undone && effects[ack.request_id] != 1) {
      world_.Fail(absl::StrCat("request ", ack.request_id, " was answered with ", ack.response,
                               " and has ", effects[ack.request_id], " effects"));
    }
  }
}

// A settled reminder has exactly one outcome, an open one none; and no running clock goes quiet.
void Checker::CheckReminders() {
  namespace domain = reminder::domain;
  for (const auto& site : world_.sites) {
    const ConsumerState& state = site->db.Peek();
    std::set<std::pair<std::string, domain::Channel>> speaking;
    for (const auto& [id, row] : state.reminders) {
      const bool settled = domain::IsSettled(row.reminder.state);
      if (row.outcomes != (settled ? 1 : 0)) {
        world_.Fail(absl::StrCat("reminder ", id, " has ", row.outcomes, " outcomes"));
      }
      const domain::TrackedClock& clock = state.clocks.at(row.reminder.clock);
      if (!settled && row.reminder.repeat_days > 0 && domain::StillSpeaksOf(row.reminder, clock)) {
        speaking.emplace(clock.name, row.reminder.channel);
      }
    }
    for (const auto& [name, clock] : state.clocks) {
      for (domain::Channel channel : {domain::Channel::kEmail, domain::Channel::kFile}) {
        if (clock.running && !speaking.contains({name, channel})) {
          world_.Fail(absl::StrCat("the running clock ", name, " has gone quiet"));
        }
      }
    }
  }
}

}  // namespace rectify::simulation
