#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using testing::HasViolation;
using testing::StatusIs;

class CommandTest : public EventsTest {
 protected:
  // Rows that a command leaves behind: things, idempotency, audit, outbox.
  std::string Traces() {
    return venue_.Value(
        "select concat_ws(' ', (select count(*) from thing), (select count(*) from idempotency),"
        " (select count(*) from audit_entry), (select count(*) from outbox))");
  }
};

TEST_F(CommandTest, ARepeatedRequestHasOneEffectAndTheFirstResponse) {
  const rpc::Call call = NewCall();
  ASSERT_OK_AND_ASSIGN(const Text first, venue_.Touch(call, "a"));
  ASSERT_OK_AND_ASSIGN(const Text second, venue_.Touch(call, "a"));
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(first.value(), "a 1");
  EXPECT_EQ(Traces(), "1 1 1 1");
  EXPECT_EQ(venue_.Value("select version from thing"), "1");
}

TEST_F(CommandTest, AnUpperCaseRequestIdIsTheSameRequest) {
  rpc::Call call = NewCall();
  ASSERT_OK(venue_.Touch(call, "a"));
  for (char& c : call.request_id) c = static_cast<char>(toupper(c));
  ASSERT_OK(venue_.Touch(call, "a"));
  EXPECT_EQ(Traces(), "1 1 1 1");
}

TEST_F(CommandTest, ARequestIdThatIsNoUuidIsRefused) {
  rpc::Call call = NewCall();
  call.request_id = "retry-1";
  EXPECT_THAT(venue_.Touch(call, "a"), HasViolation("request_id"));
}

TEST_F(CommandTest, AReusedRequestIdWithOtherContentIsRefused) {
  rpc::Call call = NewCall("one");
  ASSERT_OK(venue_.Touch(call, "a"));
  call.fingerprint = NewCall("two").fingerprint;
  const auto refused = venue_.Touch(call, "b");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_THAT(refused, HasViolation("request_id"));
  EXPECT_EQ(Traces(), "1 1 1 1");
}

TEST_F(CommandTest, TheSameRequestIdOfAnotherCallerOrMethodIsAnotherRequest) {
  rpc::Call call = NewCall();
  ASSERT_OK(venue_.Touch(call, "a"));
  call.caller.subject = "users/wang.fang";
  ASSERT_OK(venue_.Touch(call, "a"));
  call.method = "/test.Things/Push";
  ASSERT_OK(venue_.Touch(call, "a"));
  EXPECT_EQ(venue_.Value("select version from thing"), "3");
}

TEST_F(CommandTest, ADuplicateThatArrivesMeanwhileWaitsAndGetsTheSameResponse) {
  const rpc::Call call = NewCall();
  std::atomic<int> runs = 0;
  absl::StatusOr<Text> duplicate = absl::UnknownError("not run");
  std::thread other;
  const std::function<absl::StatusOr<Text>(Change&)> touch =
      [&](Change& change) -> absl::StatusOr<Text> {
    ++runs;
    if (!other.joinable()) {
      other = std::thread([&] { duplicate = venue_.commands.Run<Text>(call, touch); });
      while (venue_.Value("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                          " and datname = current_database()") == "0") {
      }
    }
    Text text;
    text.set_value("done");
    change.Emit("a", 1, text);
    return text;
  };
  const auto first = venue_.commands.Run<Text>(call, touch);
  other.join();
  ASSERT_OK(first);
  ASSERT_OK(duplicate);
  EXPECT_EQ(first->SerializeAsString(), duplicate->SerializeAsString());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(venue_.Value("select count(*) from outbox"), "1");
}

TEST_F(CommandTest, ADuplicateThatWaitsTooLongIsAborted) {
  Service impatient(database_.dsn(), "impatient", clock_, absl::Milliseconds(20));
  const rpc::Call call = NewCall();
  absl::StatusOr<Text> duplicate = absl::UnknownError("not run");
  ASSERT_OK(impatient.commands.Run<Text>(call, [&](Change&) -> absl::StatusOr<Text> {
    duplicate = impatient.Touch(call, "a");
    return Text();
  }));
  EXPECT_THAT(duplicate, StatusIs(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(CommandTest, ManyDuplicatesAtOnceAreOneEffect) {
  const rpc::Call call = NewCall();
  std::vector<absl::StatusOr<Text>> answers(8, absl::UnknownError("not run"));
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] { answer = venue_.Touch(call, "a"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& answer : answers) {
    ASSERT_OK(answer);
    EXPECT_EQ(answer->value(), "a 1");
  }
  EXPECT_EQ(Traces(), "1 1 1 1");
}

TEST_F(CommandTest, AFailedCommandLeavesNothingAndMayBeRepeated) {
  const rpc::Call call = NewCall();
  const auto failed = venue_.commands.Run<Text>(call, [&](Change& change) -> absl::StatusOr<Text> {
    RETURN_IF_ERROR(change.sql().ExecScript("insert into thing values ('a', 1)"));
    change.Audit({"a", {}, "Touch", "触碰", {}});
    change.Emit("a", 1, Text());
    return PreconditionError("VENUE_CLOSED", {"已注销", "closed"});
  });
  EXPECT_THAT(failed, StatusIs(absl::StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
  EXPECT_EQ(Traces(), "0 0 0 0");
  EXPECT_EQ(venue_.commits, 0);
  ASSERT_OK(venue_.Touch(call, "a"));
  EXPECT_EQ(Traces(), "1 1 1 1");
  EXPECT_EQ(venue_.commits, 1);
}

TEST_F(CommandTest, AnEventThatCannotBeStoredUndoesTheCommand) {
  const auto failed =
      venue_.commands.Run<Text>(NewCall(), [&](Change& change) -> absl::StatusOr<Text> {
        RETURN_IF_ERROR(change.sql().ExecScript("insert into thing values ('a', 1)"));
        change.Emit(absl::string_view("a\0b", 3), 1, Text());
        return Text();
      });
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kInvalidArgument) << failed.status();
  EXPECT_EQ(Traces(), "0 0 0 0");
}

// The session ends inside COMMIT, once: the caller can't know, the request's row does.
TEST_F(CommandTest, ALostCommitIsSettledByTheRequestsRow) {
  venue_.Execute(R"sql(
    create sequence commits;
    create function die_once() returns trigger language plpgsql as $$
    begin
      if nextval('commits') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return null;
    end $$;
    create constraint trigger die_once after insert on thing deferrable initially deferred
      for each row execute function die_once())sql");
  ASSERT_OK_AND_ASSIGN(const Text text, venue_.Touch(NewCall(), "a"));
  EXPECT_EQ(text.value(), "a 1");
  EXPECT_EQ(Traces(), "1 1 1 1");
}

TEST_F(CommandTest, ACommandLeavesItsCallerTraceAndTimeInAuditAndEvent) {
  const rpc::Call call = NewCall();
  ASSERT_OK(venue_.commands.Run<Text>(call, [](Change& change) -> absl::StatusOr<Text> {
    change.Audit({"a", {"b", "c"}, "Touch", "触碰", {{"due", "2023-02-03"}, {"by", "x\"y"}}});
    change.Emit("a", 1, Text(), kDepartments | kDiscipline);
    return Text();
  }));
  EXPECT_EQ(
      venue_.Value("select concat_ws('|', actor, roles, action, subject, related, summary,"
                   " details->>'due', details->>'by', extract(epoch from occurred_at)::bigint)"
                   " from audit_entry"),
      "users/zhang.wei|{INSPECTOR}|Touch|a|{b,c}|触碰|2023-02-03|x\"y|1675386000");
  EXPECT_EQ(venue_.Value("select concat_ws('|', type, audience, actor, request_id, trace,"
                         " extract(epoch from occurred_at)::bigint) from outbox"),
            absl::StrCat("google.protobuf.StringValue|3|users/zhang.wei|", call.request_id, "|",
                         call.trace, "|1675386000"));
}

TEST_F(CommandTest, EventsOfOneCommandKeepTheirOrder) {
  ASSERT_OK(venue_.commands.Run<Text>(NewCall(), [](Change& change) -> absl::StatusOr<Text> {
    for (int64_t version = 1; version <= 50; ++version) change.Emit("a", version, Text());
    return Text();
  }));
  EXPECT_EQ(venue_.Value("select bool_and(aggregate_version = n) from"
                         " (select aggregate_version, row_number() over (order by id) as n"
                         "  from outbox) o"),
            "t");
}

TEST_F(CommandTest, IdsOfAChangeAreReproducibleAndBoundToItsCause) {
  const Cause cause = {"services/deadline", "venue/1/42", ""};
  std::vector<std::string> ids;
  const auto act = [&](const Cause& because) {
    ASSERT_OK(deadline_.commands.Act(because, "test", [&](Change& change) {
      ids = {change.NewId("order"), change.NewId("item"), change.StepRequestId("order")};
      return absl::OkStatus();
    }));
  };
  act(cause);
  const std::vector<std::string> first = ids;
  EXPECT_NE(first[0], first[1]);
  act(cause);
  EXPECT_EQ(ids, first);
  act({cause.actor, "venue/1/43", ""});
  EXPECT_NE(ids[0], first[0]);
  EXPECT_NE(ids[2], first[2]);
}

TEST_F(CommandTest, AnActOfAServiceIsAuditedWithoutARequest) {
  ASSERT_OK(deadline_.commands.Act({"services/deadline", "timer/overdue", "trace"}, "test",
                                   [](Change& change) {
                                     change.Audit({"a", {}, "MarkOverdue", "逾期", {}});
                                     change.Emit("a", 2, Text());
                                     return absl::OkStatus();
                                   }));
  EXPECT_EQ(deadline_.Value("select concat_ws('|', actor, roles, request_id is null, trace)"
                            " from audit_entry"),
            "services/deadline|{SERVICE}|t|trace");
  EXPECT_EQ(deadline_.commits, 1);
}

TEST_F(CommandTest, RequestsAreForgottenAfterThirtyDays) {
  const rpc::Call old = NewCall();
  ASSERT_OK(venue_.Touch(old, "a"));
  clock_.Advance(absl::Hours(24 * 29));
  ASSERT_OK(venue_.Touch(NewCall(), "a"));
  EXPECT_THAT(PurgeIdempotency(venue_.pool, clock_.Now()).value(), 0);
  clock_.Advance(absl::Hours(25));
  EXPECT_THAT(PurgeIdempotency(venue_.pool, clock_.Now()).value(), 1);
  EXPECT_THAT(PurgeIdempotency(venue_.pool, clock_.Now()).value(), 0);
  ASSERT_OK_AND_ASSIGN(const Text text, venue_.Touch(old, "a"));
  EXPECT_EQ(text.value(), "a 3");
}

}  // namespace
}  // namespace rectify::events
