#include "tests/integration/events/fixture.h"

#include <openssl/sha.h>

#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/ids.h"
#include "libs/crypto/crypto.h"

namespace rectify::events {
namespace {

constexpr char kTables[] = R"sql(
  create table thing (name text primary key, version bigint not null);
  create table effect (id bigint generated always as identity primary key, position bigint not null,
                       aggregate text not null, version bigint not null);)sql";

constexpr pg::Statement kTouch = {"test.touch", R"sql(
  insert into thing values ($1::text, 1)
  on conflict (name) do update set version = thing.version + 1 returning version)sql"};
constexpr pg::Statement kAddEffect = {
    "test.add_effect",
    "insert into effect (position, aggregate, version) values ($1::bigint, $2::text, $3::bigint)"};
constexpr pg::Statement kHappened = {
    "test.happened",
    "select position, aggregate, aggregate_version from event_log order by position"};
constexpr pg::Statement kApplied = {"test.applied",
                                    "select position, aggregate, version from effect order by id"};

pg::PoolOptions OptionsOf(const std::string& dsn, const std::string& name,
                          absl::Duration lock_timeout) {
  pg::PoolOptions options;
  options.dsn = dsn;
  options.schema = name;
  options.size = 12;
  options.app_name = name;
  options.lock_timeout = lock_timeout;
  return options;
}

std::string BigEndian(uint64_t value, int bytes) {
  std::string out(bytes, '\0');
  for (int i = bytes - 1; i >= 0; --i, value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

std::string Prefixed(const std::string& text) { return BigEndian(text.size(), 4) + text; }

}  // namespace

Service::Service(const std::string& dsn, const std::string& name, const Clock& clock,
                 absl::Duration lock_timeout)
    : pool(OptionsOf(dsn, name, lock_timeout)),
      commands(pool, clock, [this] { ++commits; }),
      sequencer(pool, name, clock),
      feed(pool, name) {
  const absl::Status migrated =
      pg::Migrate(pool.options(), {SpineMigration(name), {"0001_test.sql", kTables}});
  if (!migrated.ok()) {
    ADD_FAILURE() << migrated;
    std::abort();
  }
}

absl::StatusOr<Text> Service::Touch(const rpc::Call& call, const std::string& thing, int audience) {
  return commands.Run<Text>(call, [&](Change& change) -> absl::StatusOr<Text> {
    ASSIGN_OR_RETURN(pg::Rows rows, change.sql().Exec(kTouch, {thing}));
    Text text;
    text.set_value(absl::StrCat(thing, " ", rows[0].Int(0)));
    change.Audit({thing, {}, "Touch", "触碰", {}});
    change.Emit(thing, rows[0].Int(0), text, audience);
    return text;
  });
}

void Service::Touch(const std::string& thing, int audience) {
  rpc::Call call;
  call.method = "/test.Things/Touch";
  call.caller.subject = "users/li.na";
  call.request_id = NewUuid7(absl::Now());
  call.fingerprint = crypto::Sha256(thing);
  call.deadline = absl::InfiniteFuture();
  ASSERT_OK(Touch(call, thing, audience));
}

std::string Service::Value(const std::string& query) {
  // ExecScript has no answer, and a statement name stands for one text: hence the name by text.
  static std::map<std::string, std::pair<std::string, std::string>> statements;
  static absl::Mutex mutex;
  const pg::Statement statement = [&] {
    absl::MutexLock lock(&mutex);
    auto [it, added] =
        statements.try_emplace(query, absl::StrCat("test.value", statements.size()), query);
    return pg::Statement{it->second.first.c_str(), it->second.second.c_str()};
  }();
  auto value = pool.TransactValue("test.value", {}, [&](pg::Tx& tx) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(statement));
    if (rows.size() != 1) return absl::NotFoundError(absl::StrCat(rows.size(), " rows"));
    return rows[0].OptText(0).value_or("null");
  });
  return value.ok() ? *value : value.status().ToString();
}

void Service::Execute(const std::string& script) {
  ASSERT_OK(pool.Transact("test.execute", {}, [&](pg::Tx& tx) { return tx.ExecScript(script); }));
}

std::ostream& operator<<(std::ostream& out, const Effect& effect) {
  return out << effect.position << ":" << effect.aggregate << "@" << effect.version;
}

absl::StatusOr<event::v1::ReadEventsResponse> SwitchedFeed::Read(
    const event::v1::ReadEventsRequest& request) {
  ++reads;
  if (!up) return absl::UnavailableError("switched off");
  return feed_.Read(request);
}

EventsTest::EventsTest()
    : clock_(absl::FromUnixSeconds(1675386000)),
      venue_(database_.dsn(), "venue", clock_),
      deadline_(database_.dsn(), "deadline", clock_) {}

rpc::Call EventsTest::NewCall(const std::string& content) {
  rpc::Call call;
  call.method = "/test.Things/Touch";
  call.caller.subject = "users/zhang.wei";
  call.caller.roles = {"INSPECTOR"};
  call.request_id = NewUuid7(absl::Now());
  call.fingerprint = crypto::Sha256(content);
  call.deadline = absl::InfiniteFuture();
  call.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  return call;
}

Consumer EventsTest::MakeConsumer(const std::string& redis_address, FeedReader& feed) {
  ConsumerOptions options;
  options.name = "deadline";
  options.source = "venue";
  options.redis_address = redis_address;
  return Consumer(options, deadline_.commands, feed, &EventsTest::RecordEffect);
}

absl::Status EventsTest::RecordEffect(Change& change, const event::v1::EventEnvelope& event) {
  return change.sql()
      .Exec(kAddEffect, {event.position(), event.aggregate(), event.aggregate_version()})
      .status();
}

std::vector<Effect> EventsTest::Effects(Service& service, const pg::Statement& statement) {
  std::vector<Effect> effects;
  EXPECT_OK(service.pool.Transact("test.effects", {}, [&](pg::Tx& tx) -> absl::Status {
    effects.clear();
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(statement));
    for (const pg::Row row : rows) effects.push_back({row.Int(0), row.Text(1), row.Int(2)});
    return absl::OkStatus();
  }));
  return effects;
}

std::vector<Effect> EventsTest::Happened() { return Effects(venue_, kHappened); }
std::vector<Effect> EventsTest::Applied() { return Effects(deadline_, kApplied); }

void EventsTest::Happen(const std::vector<std::string>& things, int audience) {
  for (const std::string& thing : things) venue_.Touch(thing, audience);
  ASSERT_OK(venue_.sequencer.Drain());
}

std::vector<int64_t> EventsTest::AppliedPositions() {
  std::vector<int64_t> positions;
  for (const Effect& effect : Applied()) positions.push_back(effect.position);
  return positions;
}

void EventsTest::RewriteHistoryAfter(int64_t fork) {
  venue_.Execute(absl::StrCat("delete from event_log where position > ", fork,
                              "; update source_head set sysid = sysid + 1, position = ", fork,
                              ", chain = (select chain from event_log where position = ", fork,
                              ")"));
}

std::string ExpectedChain(const std::string& prev, const event::v1::EventEnvelope& event) {
  const std::string link = prev + BigEndian(event.position(), 8) + BigEndian(event.epoch(), 4) +
                           Prefixed(event.aggregate()) + BigEndian(event.aggregate_version(), 8) +
                           Prefixed(event.type()) + Prefixed(event.payload());
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(link.data()), link.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

std::vector<event::v1::EventEnvelope> ReadAll(LocalFeed& feed, const std::string& source,
                                              const std::string& name) {
  std::vector<event::v1::EventEnvelope> events;
  event::v1::ReadEventsRequest request;
  request.set_source(source);
  request.set_feed(name);
  while (true) {
    auto response = feed.Read(request);
    EXPECT_OK(response);
    if (!response.ok() || response->events().empty()) return events;
    events.insert(events.end(), response->events().begin(), response->events().end());
    request.set_after_position(events.back().position());
    request.set_after_epoch(events.back().epoch());
    request.set_after_chain(events.back().chain());
  }
}

void ExpectDenseAndLinked(const std::vector<event::v1::EventEnvelope>& events) {
  for (size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(events[i].position(), static_cast<int64_t>(i + 1));
    if (i > 0) {
      ASSERT_EQ(events[i].prev_chain(), events[i - 1].chain());
    }
    ASSERT_EQ(events[i].chain(), ExpectedChain(events[i].prev_chain(), events[i]));
  }
}

}  // namespace rectify::events
