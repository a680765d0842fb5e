// Sequencer and relay.
#include <utility>

#include "tests/simulation/programs.h"

namespace rectify::simulation {
namespace {

using event::v1::EventEnvelope;
using events::Unsequenced;

// Small, so that batches end in the middle of things.
constexpr size_t kSequencerBatch = 4, kRelayBatch = 4;
constexpr int kStreamLength = 12;

std::map<std::string, events::FeedEnd> FilteredEnds(const SourceState& state,
                                                    const std::vector<Unsequenced>& batch) {
  int audiences = 0;
  for (const Unsequenced& event : batch) audiences |= event.audience;
  std::map<std::string, events::FeedEnd> ends;
  for (const std::string& feed : events::FilteredFeedsOf(audiences)) {
    ends[feed].chain = events::GenesisChain(kSource, feed);
    const auto rows = state.filtered.find(feed);
    if (rows == state.filtered.end()) continue;
    ends[feed] = {0, static_cast<int64_t>(rows->second.size()), rows->second.back().chain};
  }
  return ends;
}

EventEnvelope ToEnvelope(const OutboxRow& row, const events::Link& link, int32_t epoch,
                         const std::string& prev_chain) {
  EventEnvelope envelope;
  envelope.set_source(kSource);
  envelope.set_feed(events::kInternalFeed);
  envelope.set_position(link.position);
  envelope.set_epoch(epoch);
  envelope.set_chain(link.chain);
  envelope.set_prev_chain(prev_chain);
  envelope.set_aggregate(row.event.aggregate);
  envelope.set_aggregate_version(row.event.aggregate_version);
  envelope.set_type(row.event.type);
  envelope.set_payload(row.event.payload);
  envelope.set_request_id(row.request_id);
  return envelope;
}

// Appends to event_log and feed_log, and moves the head.
void Store(SourceState& state, const std::vector<OutboxRow>& rows, const events::Links& links,
           const events::Origin& origin) {
  for (size_t i = 0; i < rows.size(); ++i) {
    state.log.push_back(std::make_shared<EventEnvelope>(
        ToEnvelope(rows[i], links.log[i], links.head.epoch,
                   i == 0 ? state.head.chain : links.log[i - 1].chain)));
  }
  for (const events::FeedLink& entry : links.filtered) {
    state.filtered[entry.feed].push_back({entry.event_position, entry.link.chain});
  }
  if (links.head.epoch != state.head.epoch) {
    state.forks[links.head.epoch] = state.head.position;
  }
  state.head = links.head;
  state.origin = origin;
}

std::vector<OutboxRow> ReadOutbox(const SourceState& state, int64_t after_id) {
  std::vector<OutboxRow> rows;
  for (const auto& [id, row] : state.outbox) {
    if (id > after_id && rows.size() < kSequencerBatch) rows.push_back(row);
  }
  return rows;
}

}  // namespace

Actor RunSequencer(World& world) {
  int64_t last_id = 0;
  while (true) {
    co_await Step();
    if (world.source.Read().outbox.empty()) continue;
    Database<SourceState>::Tx tx(world.source);
    if (!tx.TryLock("source_head")) continue;
    events::FeedEnd head = tx.Read().head;
    const events::Origin origin = world.origin;
    if (!world.Makes(Mistake::kNoEpochBump)) {
      head.epoch = events::EpochAt(head.epoch, tx.Read().origin, origin);
    }
    co_await Step();
    const bool naive = world.Makes(Mistake::kSequencerAfterLastId);
    const std::vector<OutboxRow> rows = ReadOutbox(tx.Read(), naive ? last_id : 0);
    if (rows.empty()) continue;
    std::vector<Unsequenced> batch;
    for (const OutboxRow& row : rows) batch.push_back(row.event);
    co_await Step();
    const events::Links links =
        events::LinkBatch(batch, std::move(head), FilteredEnds(tx.Read(), batch));
    co_await Step();
    tx.Write([rows, links, origin](SourceState& state) {
      for (const OutboxRow& row : rows) state.outbox.erase(row.event.id);
      Store(state, rows, links, origin);
    });
    tx.Commit();
    last_id = batch.back().id;
  }
}

Actor RunRelay(World& world) {
  const bool blindly = world.Makes(Mistake::kRelayIgnoresEnd);
  while (true) {
    co_await Step();
    const events::StreamEnd end = world.stream.End();
    co_await Step();
    const SourceState& source = world.source.Read();
    const events::FeedSlice slice =
        ReadSlice(source, events::RelayFrom(end, source.head.position, kStreamLength), kRelayBatch);
    co_await Step();
    switch (events::NextRelayStep(end, slice)) {
      case events::RelayStep::kNothing:
        break;
      case events::RelayStep::kReplace:
        if (world.Makes(Mistake::kRelayKeepsOldHistory)) {
          world.stream.Append(end.id, slice.events, kStreamLength, blindly);
          break;
        }
        world.stream.Drop(end.id);
        ++world.figures["stream replaced"];
        break;
      case events::RelayStep::kAppend:
        world.stream.Append(end.id, slice.events, kStreamLength, blindly);
        break;
    }
  }
}

}  // namespace rectify::simulation
