// Commands that share a transaction: each keeps the promises that it has alone.
#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using testing::HasViolation;
using testing::StatusIs;
using Answers = std::vector<absl::StatusOr<std::string>>;

class GroupTest : public EventsTest {
 protected:
  void SetUp() override { venue_.Execute("create table note (text text primary key)"); }

  // A group of calls that write one note each. `refuse_` and `defer_` name a call by its index; a
  // call is deferred as long as another one is there.
  Answers Write(const std::vector<rpc::Call>& calls, const std::vector<std::string>& notes) {
    std::vector<const rpc::Call*> group;
    for (const rpc::Call& call : calls) group.push_back(&call);
    return venue_.commands.RunGroup(group, [&](pg::Tx& tx, std::vector<Turn>& turns) {
      ++transactions_;
      return WriteTurns(tx, turns, notes);
    });
  }

  absl::Status WriteTurns(pg::Tx& tx, std::vector<Turn>& turns,
                          const std::vector<std::string>& notes) {
    static constexpr pg::Statement kAdd = {"test.add_note",
                                           "insert into note select unnest($1::text[])"};
    std::vector<std::string> accepted;
    for (Turn& turn : turns) {
      if (turn.index() == defer_ && turns.size() > 1) {
        turn.Defer();
      } else if (turn.index() == refuse_) {
        turn.Refuse(PreconditionError("VENUE_CLOSED", {"已注销", "closed"}));
      } else {
        accepted.push_back(notes[turn.index()]);
        Text answer;
        answer.set_value(notes[turn.index()]);
        turn.change().Audit({notes[turn.index()], {}, "Write", "记录", {}});
        turn.change().Emit(notes[turn.index()], 1, answer);
        turn.Answer(answer);
      }
    }
    return tx.Exec(kAdd, {accepted}).status();
  }

  static std::string TextOf(const absl::StatusOr<std::string>& answer) {
    Text text;
    return answer.ok() && text.ParseFromString(*answer) ? text.value() : answer.status().ToString();
  }

  std::string Notes() {
    return venue_.Value("select string_agg(text, ' ' order by text) from note");
  }
  std::string Traces() {
    return venue_.Value(
        "select concat_ws(' ', (select count(*) from note), (select count(*) from idempotency where"
        " response is not null), (select count(*) from idempotency), (select count(*) from"
        " audit_entry), (select count(*) from outbox))");
  }

  static constexpr size_t kNobody = 99;
  size_t refuse_ = kNobody, defer_ = kNobody;
  int transactions_ = 0;
};

TEST_F(GroupTest, ManyCommandsAreOneTransactionWithAllTracesOfEach) {
  const Answers answers = Write({NewCall(), NewCall(), NewCall()}, {"a", "b", "c"});
  EXPECT_EQ(TextOf(answers[0]), "a");
  EXPECT_EQ(TextOf(answers[2]), "c");
  EXPECT_EQ(transactions_, 1);
  EXPECT_EQ(venue_.commits, 1);
  EXPECT_EQ(Traces(), "3 3 3 3 3");
  EXPECT_EQ(venue_.Value("select count(distinct request_id) from outbox"), "3");
}

TEST_F(GroupTest, ARefusedCommandLeavesNothingAndTheOthersGoOn) {
  refuse_ = 1;
  const std::vector<rpc::Call> calls = {NewCall(), NewCall(), NewCall()};
  const Answers answers = Write(calls, {"a", "b", "c"});
  EXPECT_THAT(answers[1], StatusIs(absl::StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
  EXPECT_EQ(Traces(), "2 2 2 2 2");
  refuse_ = kNobody;
  EXPECT_EQ(TextOf(Write({calls[1]}, {"b"})[0]), "b");
  EXPECT_EQ(Notes(), "a b c");
}

TEST_F(GroupTest, OneThatBreaksTheTransactionHurtsNoNeighbour) {
  venue_.Execute("insert into note values ('b')");
  const Answers answers = Write({NewCall(), NewCall(), NewCall()}, {"a", "b", "c"});
  EXPECT_EQ(TextOf(answers[0]), "a");
  EXPECT_THAT(answers[1], StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(TextOf(answers[2]), "c");
  EXPECT_EQ(Notes(), "a b c");
  EXPECT_EQ(Traces(), "3 2 2 2 2");
}

TEST_F(GroupTest, ADeferredCommandGetsALaterTransaction) {
  defer_ = 1;
  const Answers answers = Write({NewCall(), NewCall(), NewCall()}, {"a", "b", "c"});
  EXPECT_EQ(TextOf(answers[1]), "b");
  EXPECT_EQ(transactions_, 2);
  EXPECT_EQ(Traces(), "3 3 3 3 3");
}

TEST_F(GroupTest, ARepeatWithinAGroupAndAcrossGroupsHasOneEffectAndOneAnswer) {
  const rpc::Call call = NewCall();
  const Answers first = Write({call, NewCall(), call}, {"a", "b", "never"});
  EXPECT_EQ(TextOf(first[0]), "a");
  EXPECT_EQ(TextOf(first[2]), "a");
  const Answers second = Write({NewCall(), call}, {"c", "never"});
  EXPECT_EQ(TextOf(second[1]), "a");
  EXPECT_EQ(Notes(), "a b c");
  EXPECT_EQ(Traces(), "3 3 3 3 3");
}

TEST_F(GroupTest, ARepeatBesideADeferredCommandLosesNeither) {
  defer_ = 2;
  const rpc::Call call = NewCall();
  const Answers answers = Write({call, call, NewCall()}, {"a", "never", "c"});
  EXPECT_EQ(TextOf(answers[1]), "a");
  EXPECT_EQ(TextOf(answers[2]), "c");
  EXPECT_EQ(Traces(), "2 2 2 2 2");
}

TEST_F(GroupTest, AReusedOrMalformedRequestIdIsRefusedAlone) {
  const rpc::Call call = NewCall("one");
  ASSERT_OK(Write({call}, {"a"})[0]);
  rpc::Call reused = call, malformed = NewCall();
  reused.fingerprint = NewCall("two").fingerprint;
  malformed.request_id = "retry-1";
  const Answers answers = Write({reused, NewCall(), malformed}, {"x", "b", "y"});
  EXPECT_THAT(answers[0], StatusIs(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_EQ(TextOf(answers[1]), "b");
  EXPECT_THAT(answers[2], HasViolation("request_id"));
  EXPECT_EQ(Notes(), "a b");
}

TEST_F(GroupTest, ACommandThatIsNeitherDoneNorRefusedIsAMistakeAndWritesNothing) {
  const rpc::Call one = NewCall(), other = NewCall();
  const Answers answers =
      venue_.commands.RunGroup({&one, &other}, [](pg::Tx&, std::vector<Turn>& turns) {
        if (turns.size() == 1) turns.front().Answer(Text());
        return absl::OkStatus();
      });
  EXPECT_OK(answers[0]);  // alone it was done
  const rpc::Call third = NewCall();
  EXPECT_EQ(venue_.commands
                .RunGroup({&third}, [](pg::Tx&, std::vector<Turn>&) { return absl::OkStatus(); })[0]
                .status()
                .code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(venue_.Value("select count(*) from idempotency"), "2");
}

}  // namespace
}  // namespace rectify::events
