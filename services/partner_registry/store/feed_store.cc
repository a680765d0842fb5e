#include "services/partner_registry/store/feed_store.h"

#include <utility>

#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "services/partner_registry/store/partner_store.h"

namespace rectify::partner::store {
namespace {

using domain::Partner;
using domain::Thing;
using event::v1::EventEnvelope;

// Desks only grow: who handed a thing in may follow it after it was given to somebody else.
constexpr pg::Statement kKeepThing = {"partner.keep_thing", R"sql(
  insert into things as t (name, district, readers, has_desk, desks)
  values ($1::text, $2::text, $3::int, $4::boolean, $5::text[])
  on conflict (name) do update
     set readers = excluded.readers, has_desk = t.has_desk or excluded.has_desk,
         desks = array(select distinct unnest(t.desks || excluded.desks) order by 1)
  returning name, district, readers, has_desk, desks)sql"};

// What a source told after the place where its history forked later on never happened.
constexpr pg::Statement kForgetLost = {"partner.forget_lost_events", R"sql(
  with lost as (
    delete from thing_events where source = $1::text and position >= $2::bigint and epoch < $3::int
    returning thing
  ), anew as (
    update told_things set types_version = 0 where thing in (select thing from lost)
    returning district, partner
  )
  update partners set looked_at = ''
   where (district, id) in (select district, partner from anew))sql"};

constexpr pg::Statement kKeepEvent = {"partner.keep_event", R"sql(
  insert into thing_events (source, position, epoch, thing, version, type, payload, occur_time)
  values ($1::text, $2::bigint, $3::int, $4::text, $5::bigint, $6::text, $7::bytea,
          $8::timestamptz))sql"};

constexpr pg::Statement kHistory = {"partner.thing_history", R"sql(
  select thing, version, type, payload, occur_time from thing_events
   where thing = $1::text order by position)sql"};

constexpr pg::Statement kThingsAfter = {"partner.things_after", R"sql(
  select name, district, readers, has_desk, desks from things
   where district = $1::text and name > $2::text order by name limit $3::bigint)sql"};

constexpr pg::Statement kToldBy = {"partner.told_by", R"sql(
  select partner, types_version from told_things where thing = $1::text)sql"};

constexpr pg::Statement kBeginTelling = {"partner.begin_telling", R"sql(
  insert into told_things (district, partner, thing, types_version)
  values ($1::text, $2::uuid, $3::text, $4::bigint)
  on conflict (thing, partner) do update set types_version = excluded.types_version)sql"};

constexpr pg::Statement kEndTelling = {"partner.end_telling", R"sql(
  delete from told_things where thing = $1::text and partner = $2::uuid)sql"};

// One for all partners, because a look needs it before it knows whose turn it is.
constexpr pg::Statement kShareTelling = {"partner.share_telling", R"sql(
  select pg_advisory_xact_lock_shared(hashtext('partner.telling')))sql"};
constexpr pg::Statement kOwnTelling = {"partner.own_telling", R"sql(
  select pg_advisory_xact_lock(hashtext('partner.telling')))sql"};

constexpr pg::Statement kAwaitsLook = {"partner.awaits_look", R"sql(
  select exists (select from partners where looked_at is not null))sql"};

constexpr pg::Statement kNextLook = {"partner.next_look", R"sql(
  select district, id, looked_at from partners where looked_at is not null
   order by district, id limit 1 for update)sql"};

constexpr pg::Statement kSaveLook = {"partner.save_look", R"sql(
  update partners set looked_at = $3::text where district = $1::text and id = $2::uuid)sql"};

int64_t Bit(domain::Role role) { return int64_t{1} << static_cast<int>(role); }

Thing ToThing(const pg::Row& row) {
  Thing thing{.name = row.Text(0),
              .district = row.Text(1),
              .readers = {},
              .has_desk = row.Bool(3),
              .desks = row.TextArray(4)};
  for (const domain::Role role : domain::kRoles) {
    if ((row.Int(2) & Bit(role)) != 0) thing.readers.push_back(role);
  }
  return thing;
}

EventEnvelope ToEvent(const pg::Row& row) {
  EventEnvelope event;
  event.set_aggregate(row.Text(0));
  event.set_aggregate_version(row.Int(1));
  event.set_type(row.Text(2));
  event.set_payload(row.Bytes(3));
  *event.mutable_occur_time() = rpc::ToTimestamp(row.Time(4));
  return event;
}

}  // namespace

absl::StatusOr<Thing> KeepEvent(pg::Tx& tx, const Thing& told, const EventEnvelope& event) {
  RETURN_IF_ERROR(tx.Send(kForgetLost, {event.source(), event.position(), event.epoch()}));
  RETURN_IF_ERROR(tx.Exec(kKeepEvent, {event.source(), event.position(), event.epoch(),
                                       event.aggregate(), event.aggregate_version(), event.type(),
                                       pg::Bytes{event.payload()}, rpc::ToTime(event.occur_time())})
                      .status());
  int64_t readers = 0;
  for (const domain::Role role : told.readers) readers |= Bit(role);
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kKeepThing, {told.name, told.district, readers,
                                                             told.has_desk, told.desks}));
  return ToThing(rows[0]);
}

absl::StatusOr<std::vector<EventEnvelope>> HistoryOf(pg::Tx& tx, const std::string& thing) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kHistory, {thing}));
  std::vector<EventEnvelope> events;
  events.reserve(static_cast<size_t>(rows.size()));
  for (const pg::Row row : rows) events.push_back(ToEvent(row));
  return events;
}

absl::StatusOr<std::vector<Thing>> ThingsAfter(pg::Tx& tx, const std::string& district,
                                               const std::string& after, int limit) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kThingsAfter, {district, after, limit}));
  std::vector<Thing> things;
  things.reserve(static_cast<size_t>(rows.size()));
  for (const pg::Row row : rows) things.push_back(ToThing(row));
  return things;
}

absl::StatusOr<std::map<std::string, int64_t>> ToldBy(pg::Tx& tx, const std::string& thing) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kToldBy, {thing}));
  std::map<std::string, int64_t> told;
  for (const pg::Row row : rows) told[row.Text(0)] = row.Int(1);
  return told;
}

absl::Status BeginTelling(pg::Tx& tx, const Partner& partner, const std::string& thing) {
  return tx.Exec(kBeginTelling, {partner.district, partner.id, thing, partner.types_version})
      .status();
}

absl::Status EndTelling(pg::Tx& tx, const Partner& partner, const std::string& thing) {
  return tx.Exec(kEndTelling, {thing, partner.id}).status();
}

absl::Status LookAgain(pg::Tx& tx, const Partner& partner) { return SaveLook(tx, partner, ""); }

absl::Status ShareTelling(pg::Tx& tx) { return tx.Send(kShareTelling, {}); }

absl::StatusOr<std::optional<Look>> NextLook(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const pg::Rows awaits, tx.Exec(kAwaitsLook, {}));
  if (!awaits[0].Bool(0)) return std::optional<Look>();
  RETURN_IF_ERROR(tx.Exec(kOwnTelling, {}).status());
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kNextLook, {}));
  if (rows.empty()) return std::optional<Look>();
  ASSIGN_OR_RETURN(Partner partner, ReadPartner(tx, rows[0].Text(0), rows[0].Text(1)));
  return std::optional<Look>(Look{std::move(partner), rows[0].Text(2)});
}

absl::Status SaveLook(pg::Tx& tx, const Partner& partner, std::optional<std::string> after) {
  const pg::Param place = after.has_value() ? pg::Param(*after) : pg::Param(nullptr);
  return tx.Exec(kSaveLook, {partner.district, partner.id, place}).status();
}

}  // namespace rectify::partner::store
