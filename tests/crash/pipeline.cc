#include "tests/crash/pipeline.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"

namespace rectify::crash {
namespace {

using events::Effect;

constexpr pg::Statement kAddEffect = {
    "test.add_effect",
    "insert into effect (position, aggregate, version) values ($1::bigint, $2::text, $3::bigint)"};

events::ConsumerOptions Options(const std::string& redis_address) {
  events::ConsumerOptions options;
  options.name = "deadline";
  options.source = "venue";
  options.redis_address = redis_address;
  options.poison = {.attempts = 1, .after = absl::ZeroDuration()};
  return options;
}

}  // namespace

Pipeline::Pipeline(const std::string& dsn, const std::string& redis_address, const Clock& clock,
                   int max_length)
    : venue(dsn, "venue", clock, absl::Seconds(2)),
      deadline(dsn, "deadline", clock, absl::Seconds(2)),
      redis(redis_address),
      relay(venue.pool, redis_address, "venue", max_length),
      consumer(Options(redis_address), deadline.commands, venue.feed,
               [this](events::Change& change, const event::v1::EventEnvelope& event) {
                 return Apply(change, event);
               }) {}

absl::StatusOr<events::Text> Pipeline::Touch(const std::string& request_id,
                                             const std::string& thing, int audience) {
  rpc::Call call;
  call.method = "/test.Things/Touch";
  call.caller.subject = "users/li.na";
  call.request_id = request_id;
  call.fingerprint = crypto::Sha256(thing);
  call.deadline = absl::InfiniteFuture();
  return venue.Touch(call, thing, audience);
}

bool Pipeline::IsBad(const std::string& thing) { return absl::EndsWith(thing, "bad"); }

absl::Status Pipeline::Apply(events::Change& change, const event::v1::EventEnvelope& event) const {
  if (IsBad(event.aggregate()) && !cured_) return absl::InternalError("not yet");
  return change.sql()
      .Exec(kAddEffect, {event.position(), event.aggregate(), event.aggregate_version()})
      .status();
}

std::unique_ptr<Pipeline> PipelineTest::NewReplica(int max_length) {
  return std::make_unique<Pipeline>(database_.dsn(), redis_server_.address(), clock_, max_length);
}

void PipelineTest::ExpectOneHistory() {
  EXPECT_EQ(venue_.Value("select count(*) from outbox"), "0") << "events without a position";
  for (const char* feed : {"internal", "departments"}) {
    events::ExpectDenseAndLinked(events::ReadAll(venue_.feed, "venue", feed));
  }
  EXPECT_EQ(venue_.Value("select count(*) from (select from event_log"
                         " group by aggregate having min(aggregate_version) <> 1"
                         " or max(aggregate_version) <> count(*)) t"),
            "0")
      << "versions with holes or repeats";
  EXPECT_EQ(venue_.Value("select count(*) from thing t where version <> (select count(*)"
                         " from event_log where aggregate = t.name)"),
            "0")
      << "changes without an event, or events without a change";
  std::vector<Effect> applied = Applied();
  std::map<std::string, int64_t> versions;
  for (const Effect& effect : applied) {
    EXPECT_EQ(effect.version, ++versions[effect.aggregate]) << effect;
  }
  std::sort(applied.begin(), applied.end(),
            [](const Effect& a, const Effect& b) { return a.position < b.position; });
  EXPECT_EQ(applied, Happened());
}

void PipelineTest::ExpectStreamIsTheTail(int64_t first) {
  const std::vector<event::v1::EventEnvelope> log =
      events::ReadAll(venue_.feed, "venue", "internal");
  redis::Connection redis(redis_server_.address());
  ASSERT_OK_AND_ASSIGN(const redis::Reply entries,
                       redis.Command({"XRANGE", "ev:{venue}", "-", "+"}));
  ASSERT_LE(entries.elements.size(), log.size());
  const size_t begin = log.size() - entries.elements.size();
  if (first > 0) {
    EXPECT_EQ(begin + 1, first);
  }
  for (size_t i = 0; i < entries.elements.size(); ++i) {
    const event::v1::EventEnvelope& event = log[begin + i];
    const redis::Reply& entry = entries.elements[i];
    ASSERT_EQ(entry.elements.at(0).text, absl::StrCat(event.epoch(), "-", event.position()));
    ASSERT_EQ(entry.elements.at(1).elements.at(1).text, event.SerializeAsString());
  }
}

void PipelineTest::ExpectDoneOnce(Pipeline& replica, const std::string& request_id,
                                  const std::string& thing, const std::string& answer) {
  ASSERT_OK_AND_ASSIGN(const events::Text again, replica.Touch(request_id, thing));
  EXPECT_EQ(again.value(), answer);
  for (const char* table : {"event_log", "audit_entry"}) {
    EXPECT_EQ(venue_.Value(absl::StrCat("select count(*) from ", table, " where request_id = '",
                                        request_id, "'")),
              "1")
        << table << " of " << answer;
  }
}

}  // namespace rectify::crash
