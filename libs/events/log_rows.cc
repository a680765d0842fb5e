#include "libs/events/log_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "libs/events/command.h"

namespace rectify::events {
namespace {

constexpr pg::Statement kReadHead = {
    "events.read_head", "select epoch, position, chain from source_head where source = $1::text"};

constexpr pg::Statement kReadFilteredHead = {"events.read_filtered_head", R"sql(
  select h.epoch, coalesce(f.position, 0), f.chain
    from source_head h
    left join lateral (select position, chain from feed_log
                        where feed = $2::text order by position desc limit 1) f on true
   where h.source = $1::text)sql"};

constexpr pg::Statement kReadInternal = {"events.read_internal", R"sql(
  select position, epoch, chain, aggregate, aggregate_version, type, payload, actor, request_id,
         trace, occurred_at, audience
    from event_log where position >= $1::bigint order by position limit $2::bigint)sql"};

constexpr pg::Statement kReadFiltered = {"events.read_filtered", R"sql(
  select f.position, e.epoch, f.chain, e.aggregate, e.aggregate_version, e.type, e.payload, e.actor,
         e.request_id, e.trace, e.occurred_at, 0
    from feed_log f join event_log e on e.position = f.event_position
   where f.feed = $3::text and f.position >= $1::bigint
   order by f.position limit $2::bigint)sql"};

event::v1::Audience ToProto(Audience audience) {
  return audience == kDepartments ? event::v1::AUDIENCE_DEPARTMENTS
                                  : event::v1::AUDIENCE_DISCIPLINE;
}

event::v1::EventEnvelope ToEnvelope(const pg::Row& row, const std::string& source,
                                    const std::string& feed, const std::string& prev_chain) {
  event::v1::EventEnvelope envelope;
  envelope.set_source(source);
  envelope.set_feed(feed);
  envelope.set_position(row.Int(0));
  envelope.set_epoch(static_cast<int32_t>(row.Int(1)));
  envelope.set_chain(row.Bytes(2));
  envelope.set_prev_chain(prev_chain);
  envelope.set_aggregate(row.Text(3));
  envelope.set_aggregate_version(row.Int(4));
  envelope.set_type(row.Text(5));
  envelope.set_payload(row.Bytes(6));
  envelope.set_actor(row.Text(7));
  envelope.set_request_id(row.OptText(8).value_or(""));
  envelope.set_trace(row.Text(9));
  *envelope.mutable_occur_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(row.Time(10)));
  for (const Audience audience : {kDepartments, kDiscipline}) {
    if ((row.Int(11) & audience) != 0) envelope.add_audiences(ToProto(audience));
  }
  return envelope;
}

}  // namespace

absl::StatusOr<FeedEnd> ReadFeedEnd(pg::Tx& tx, const std::string& source,
                                    const std::string& feed) {
  const bool internal = feed == kInternalFeed;
  ASSIGN_OR_RETURN(pg::Rows rows, internal ? tx.Exec(kReadHead, {source})
                                           : tx.Exec(kReadFilteredHead, {source, feed}));
  if (rows.empty()) {
    return absl::InternalError(absl::StrCat("this schema is not the source ", source));
  }
  const pg::Row row = rows[0];
  return FeedEnd{static_cast<int32_t>(row.Int(0)), row.Int(1),
                 row.IsNull(2) ? GenesisChain(source, feed) : row.Bytes(2)};
}

std::vector<event::v1::EventEnvelope> ToEvents(const pg::Rows& rows, int first,
                                               const std::string& source, const std::string& feed,
                                               std::string prev_chain) {
  std::vector<event::v1::EventEnvelope> events;
  events.reserve(rows.size());
  for (int i = first; i < rows.size(); ++i) {
    events.push_back(ToEnvelope(rows[i], source, feed, prev_chain));
    prev_chain = events.back().chain();
  }
  return events;
}

absl::StatusOr<FeedSlice> ReadFeedSlice(pg::Tx& tx, const std::string& source,
                                        const std::string& feed, int64_t position, int limit) {
  // The anchor's own row comes along: it is the first link and proves that it exists.
  const int64_t rows_wanted = static_cast<int64_t>(limit) + (position > 0 ? 1 : 0);
  ASSIGN_OR_RETURN(pg::Rows rows, feed == kInternalFeed
                                      ? tx.Exec(kReadInternal, {position, rows_wanted})
                                      : tx.Exec(kReadFiltered, {position, rows_wanted, feed}));
  FeedSlice slice;
  std::string prev_chain = GenesisChain(source, feed);
  int first = 0;
  if (position > 0) {
    if (rows.empty() || rows[0].Int(0) != position) return slice;
    prev_chain = rows[0].Bytes(2);
    slice.anchor = FeedEnd{static_cast<int32_t>(rows[0].Int(1)), position, prev_chain};
    first = 1;
  }
  slice.events = ToEvents(rows, first, source, feed, std::move(prev_chain));
  return slice;
}

}  // namespace rectify::events
