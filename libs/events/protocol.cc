#include "libs/events/protocol.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/planted.h"
#include "libs/crypto/crypto.h"
#include "libs/events/command.h"

namespace rectify::events {
namespace {

using event::v1::EventEnvelope;

struct FilteredFeed {
  int bit;
  const char* name;
};
constexpr FilteredFeed kFilteredFeeds[] = {{kDepartments, kDepartmentsFeed},
                                           {kDiscipline, kDisciplineFeed}};

void AppendBigEndian(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

void AppendPrefixed(std::string& out, absl::string_view text) {
  AppendBigEndian(out, text.size(), 4);
  out.append(text.data(), text.size());
}

Link Extend(FeedEnd& end, int32_t epoch, const Unsequenced& event) {
  ++end.position;
  end.chain = ChainHash(end.chain, end.position, epoch, event.aggregate, event.aggregate_version,
                        event.type, event.payload);
  return {end.position, end.chain};
}

// Epoch and position; nullopt for an id that no relay made.
std::optional<FeedEnd> ParseEntryId(const std::string& id) {
  const size_t dash = id.find('-');
  FeedEnd end;
  if (dash == std::string::npos || !absl::SimpleAtoi(id.substr(0, dash), &end.epoch) ||
      !absl::SimpleAtoi(id.substr(dash + 1), &end.position)) {
    return std::nullopt;
  }
  return end;
}

// Whether the stream's last entry is an event of our present history.
bool Continues(const StreamEnd& end, const std::optional<FeedEnd>& anchor) {
  std::optional<FeedEnd> last = ParseEntryId(end.id);
  if (!last.has_value() || !anchor.has_value()) return false;
  if (end.entry.has_value()) {
    EventEnvelope envelope;
    if (!envelope.ParseFromString(*end.entry)) return false;
    if (envelope.chain() != anchor->chain) return false;
  }
  return last->epoch == anchor->epoch && last->position == anchor->position;
}

}  // namespace

std::string GenesisChain(absl::string_view source, absl::string_view feed) {
  return crypto::Sha256(feed == kInternalFeed ? absl::StrCat("rectify/", source)
                                              : absl::StrCat("rectify/", source, "/", feed));
}

std::string ChainHash(absl::string_view prev_chain, int64_t position, int32_t epoch,
                      absl::string_view aggregate, int64_t aggregate_version,
                      absl::string_view type, absl::string_view payload) {
  std::string link(prev_chain);
  link.reserve(prev_chain.size() + aggregate.size() + type.size() + payload.size() + 32);
  AppendBigEndian(link, static_cast<uint64_t>(position), 8);
  AppendBigEndian(link, static_cast<uint32_t>(epoch), 4);
  AppendPrefixed(link, aggregate);
  AppendBigEndian(link, static_cast<uint64_t>(aggregate_version), 8);
  AppendPrefixed(link, type);
  AppendPrefixed(link, payload);
  return crypto::Sha256(link);
}

int32_t EpochAt(int32_t epoch, const Origin& before, const Origin& now) {
  return before == now ? epoch : epoch + 1;
}

std::vector<std::string> FilteredFeedsOf(int audiences) {
  std::vector<std::string> feeds;
  for (const FilteredFeed& feed : kFilteredFeeds) {
    if ((audiences & feed.bit) != 0) feeds.push_back(feed.name);
  }
  return feeds;
}

std::vector<std::string> FilteredFeedsOf(const Unsequenced& event) {
  std::vector<std::string> feeds = FilteredFeedsOf(event.audience);
  feeds.insert(feeds.end(), event.feeds.begin(), event.feeds.end());
  return feeds;
}

Links LinkBatch(const std::vector<Unsequenced>& batch, FeedEnd head,
                std::map<std::string, FeedEnd> filtered_ends) {
  Links links;
  for (const Unsequenced& event : batch) {
    links.log.push_back(Extend(head, head.epoch, event));
    for (const std::string& feed : FilteredFeedsOf(event)) {
      links.filtered.push_back(
          {feed, Extend(filtered_ends.at(feed), head.epoch, event), head.position});
    }
  }
  links.head = std::move(head);
  return links;
}

std::string EntryId(int32_t epoch, int64_t position) { return absl::StrCat(epoch, "-", position); }

int64_t RelayFrom(const StreamEnd& end, int64_t head, int max_length) {
  if (end.id == kNoStream) return std::max<int64_t>(0, head - max_length);
  const std::optional<FeedEnd> last = ParseEntryId(end.id);
  return last.has_value() ? last->position : 0;
}

RelayStep NextRelayStep(const StreamEnd& end, const FeedSlice& slice) {
  if (end.id != kNoStream && !Continues(end, slice.anchor) &&
      !RECTIFY_PLANTED("stale_stream_kept")) {
    return RelayStep::kReplace;
  }
  return slice.events.empty() ? RelayStep::kNothing : RelayStep::kAppend;
}

void Cursor::Advance(const EventEnvelope& event) {
  *this = Cursor{event.epoch(), event.position(), event.chain()};
}

bool Follows(absl::string_view source, const Cursor& cursor, const EventEnvelope& event) {
  if (event.source() != source || event.position() != cursor.position + 1) return false;
  if (RECTIFY_PLANTED("unlinked_consumer")) return true;
  const std::string last = cursor.position > 0 ? cursor.chain : GenesisChain(source, kInternalFeed);
  return event.epoch() >= cursor.epoch && event.prev_chain() == last &&
         event.chain() == ChainHash(last, event.position(), event.epoch(), event.aggregate(),
                                    event.aggregate_version(), event.type(), event.payload());
}

size_t CountUsable(absl::string_view source, Cursor cursor,
                   const std::vector<EventEnvelope>& entries) {
  size_t usable = 0;
  while (usable < entries.size() && Follows(source, cursor, entries[usable]) &&
         (cursor.position == 0 || entries[usable].epoch() == cursor.epoch)) {
    cursor.Advance(entries[usable++]);
  }
  return usable;
}

bool IsTransient(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

bool NoteFailure(Cursor& cursor, int64_t position, const absl::Status& error,
                 const PoisonRule& rule, absl::Time now) {
  if (IsTransient(error)) return false;
  if (cursor.failed_position != position) {
    cursor.failed_position = position;
    cursor.failed_attempts = 0;
    cursor.first_failed_at = now;
  }
  ++cursor.failed_attempts;
  return cursor.failed_attempts >= rule.attempts && now - *cursor.first_failed_at >= rule.after;
}

bool SharesHistory(const FeedEnd& reader, const std::optional<FeedEnd>& anchor) {
  if (reader.position == 0) return true;
  return anchor.has_value() && (reader.epoch == 0 || reader.epoch == anchor->epoch) &&
         (reader.chain.empty() || reader.chain == anchor->chain);
}

int64_t LastCommonPosition(const FeedEnd& reader, std::optional<int64_t> recorded_fork,
                           const FeedEnd& head) {
  if (recorded_fork.has_value()) return std::min(*recorded_fork, head.position);
  return reader.position > head.position ? head.position : 0;
}

Repeat JudgeRepeat(const std::optional<StoredRequest>& stored, absl::string_view fingerprint) {
  if (!stored.has_value() || !stored->response.has_value()) return Repeat::kInProgress;
  return stored->fingerprint == fingerprint ? Repeat::kAnswered : Repeat::kReused;
}

}  // namespace rectify::events
