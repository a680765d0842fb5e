#include "libs/events/relay.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/failpoint.h"
#include "libs/base/planted.h"
#include "libs/base/status_macros.h"
#include "libs/events/log_rows.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"

namespace rectify::events {
namespace {

constexpr int kRelayBatch = 500;

// Adds entries only behind the entry they follow: Redis itself would accept a gap.
// ARGV: the stream's last id ("0-0": no stream), longest length, then id and entry in turn.
constexpr char kAppendScript[] = R"lua(
local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
local last = '0-0'
if not info.err then
  for i = 1, #info, 2 do if info[i] == 'last-generated-id' then last = info[i + 1] end end
end
if last ~= ARGV[1] then return 'GAP' end
for i = 3, #ARGV, 2 do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i], 'e', ARGV[i + 1])
end
return 'OK')lua";

// Drops the stream unless another relay has replaced it meanwhile.
constexpr char kDropScript[] = R"lua(
local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
if info.err then return 0 end
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' and info[i + 1] == ARGV[1] then
    return redis.call('DEL', KEYS[1])
  end
end
return 0)lua";

absl::Status Unexpected(const redis::Reply& reply) {
  return absl::UnavailableError(absl::StrCat("redis: ", reply.text));
}

// `entry`: [id, [field, value, ...]]; empty when it is no entry of a relay.
std::string ValueOf(const redis::Reply& entry) {
  const bool ours = entry.elements.size() == 2 && entry.elements[1].elements.size() == 2;
  return ours ? entry.elements[1].elements[1].text : "";
}

absl::StatusOr<StreamEnd> ReadStreamEnd(redis::Connection& redis, const std::string& key) {
  ASSIGN_OR_RETURN(redis::Reply info, redis.Command({"XINFO", "STREAM", key}));
  StreamEnd end;
  if (info.kind == redis::Reply::Kind::kError) {
    if (absl::StrContains(info.text, "no such key")) return end;
    return Unexpected(info);
  }
  for (size_t i = 0; i + 1 < info.elements.size(); i += 2) {
    const redis::Reply& value = info.elements[i + 1];
    if (info.elements[i].text == "last-generated-id") {
      end.id = value.text;
    } else if (info.elements[i].text == "last-entry" && value.kind == redis::Reply::Kind::kArray) {
      end.entry = ValueOf(value);
    }
  }
  return end;
}

absl::StatusOr<FeedSlice> ReadSlice(pg::Pool& pool, const std::string& source, const StreamEnd& end,
                                    int max_length) {
  return pool.TransactValue("events.relay", {.access = pg::Access::kRepeatableReadOnly},
                            [&](pg::Tx& tx) -> absl::StatusOr<FeedSlice> {
                              FeedEnd head;
                              if (end.id == kNoStream) {
                                ASSIGN_OR_RETURN(head, ReadFeedEnd(tx, source, kInternalFeed));
                              }
                              return ReadFeedSlice(tx, source, kInternalFeed,
                                                   RelayFrom(end, head.position, max_length),
                                                   kRelayBatch);
                            });
}

}  // namespace

std::string StreamKey(absl::string_view source) { return absl::StrCat("ev:{", source, "}"); }

Relay::Relay(pg::Pool& pool, std::string redis_address, std::string source, int max_length)
    : pool_(pool),
      redis_(std::move(redis_address)),
      source_(std::move(source)),
      max_length_(max_length) {}

absl::StatusOr<int> Relay::Publish(const FeedSlice& fresh) {
  absl::StatusOr<int> added = 0;
  if (end_.has_value() && end_->id != kNoStream &&
      NextRelayStep(*end_, fresh) == RelayStep::kAppend) {
    ASSIGN_OR_RETURN(const bool appended, Append(*end_, fresh));
    if (appended) added = static_cast<int>(fresh.events.size());
  }
  if (*added == 0) added = PublishLog();
  if (added.ok() && *added > 0) {
    metrics::Count("rectify_events_published_total", {{"source", source_}}, *added);
  }
  return added;
}

absl::StatusOr<int> Relay::PublishLog() {
  const std::string key = StreamKey(source_);
  int added = 0;
  end_.reset();
  while (true) {
    if (!end_.has_value()) {
      ASSIGN_OR_RETURN(end_, ReadStreamEnd(redis_, key));
      RECTIFY_FAILPOINT("relay.after_look");
    }
    const StreamEnd end = *end_;
    ASSIGN_OR_RETURN(const FeedSlice slice, ReadSlice(pool_, source_, end, max_length_));
    RECTIFY_FAILPOINT("relay.after_read");
    const RelayStep step = NextRelayStep(end, slice);
    if (step == RelayStep::kNothing) break;
    if (step == RelayStep::kReplace) {
      log::Warning("stream_replaced", {{"source", source_}, {"last_id", end.id}});
      metrics::Count("rectify_events_stream_replaced_total", {{"source", source_}});
      end_.reset();
      RETURN_IF_ERROR(redis_.Eval(kDropScript, {key}, {end.id}).status());
      RECTIFY_FAILPOINT("relay.after_drop");
      continue;
    }
    ASSIGN_OR_RETURN(const bool appended, Append(end, slice));
    if (!appended) continue;  // another relay was faster: look again
    added += static_cast<int>(slice.events.size());
    if (slice.events.size() < kRelayBatch) break;
  }
  return added;
}

absl::StatusOr<bool> Relay::Append(const StreamEnd& end, const FeedSlice& slice) {
  std::vector<std::string> args = {end.id, absl::StrCat(max_length_)};
  for (const event::v1::EventEnvelope& envelope : slice.events) {
    args.push_back(EntryId(envelope.epoch(), envelope.position()));
    args.push_back(envelope.SerializeAsString());
  }
  end_.reset();  // `end` may be what is in it
  const std::string script =
      RECTIFY_PLANTED("unchecked_append")
          ? absl::StrReplaceAll(kAppendScript, {{"last ~= ARGV[1]", "false"}})
          : kAppendScript;
  ASSIGN_OR_RETURN(const redis::Reply reply, redis_.Eval(script, {StreamKey(source_)}, args));
  RECTIFY_FAILPOINT("relay.after_append");
  if (reply.kind == redis::Reply::Kind::kError) return Unexpected(reply);
  if (reply.text != "OK") return false;
  end_ = StreamEnd{args[args.size() - 2], args.back()};
  return true;
}

}  // namespace rectify::events
