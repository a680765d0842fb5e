#include <latch>
#include <stdexcept>
#include <thread>

#include "absl/time/clock.h"
#include "tests/integration/pg/fixture.h"

namespace rectify::pg {
namespace {

using ::rectify::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

using Transact = PgTest;

TEST_F(Transact, AnErrorOfTheFunctionRollsBack) {
  absl::Status status = pool_.Transact("Refused", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kInsert, {1, "x"}).status());
    return PreconditionError("ORDER_STATE", {"状态不符", "wrong state"});
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, "ORDER_STATE"));
  EXPECT_EQ(Ask(kCount), "0");
}

TEST_F(Transact, AnExceptionOfTheFunctionRollsBackAndIsInternal) {
  absl::Status status = pool_.Transact("Throws", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kInsert, {1, "x"}).status());
    throw std::runtime_error("boom");
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("boom")));
  EXPECT_EQ(Ask(kCount), "0");
}

TEST_F(Transact, AFailureThatTheFunctionOverlooksIsNoSuccess) {
  Script("INSERT INTO item VALUES (1, 'first')");
  absl::Status status = pool_.Transact("Overlooks", {}, [](Tx& tx) {
    EXPECT_FALSE(tx.Exec(kInsert, {1, "second"}).ok());
    return absl::OkStatus();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
}

TEST_F(Transact, ViolationsCarryStateAndConstraintButNoSql) {
  absl::Status taken = pool_.Transact("Taken", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kInsert, {1, "x"}).status());
    return tx.Exec(kInsert, {1, "secret"}).status();
  });
  EXPECT_THAT(taken, StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(SqlStateOf(taken), "23505");
  EXPECT_EQ(ConstraintOf(taken), "item_pkey");

  absl::Status too_long = pool_.Transact("TooLong", {}, [](Tx& tx) {
    return tx.Exec(kInsert, {1, std::string(30, 'x')}).status();
  });
  EXPECT_THAT(too_long, StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_EQ(SqlStateOf(too_long), "23514");
  EXPECT_EQ(ConstraintOf(too_long), "note_short");
  EXPECT_THAT(too_long.ToString(), Not(HasSubstr("INSERT")));
}

TEST_F(Transact, BadSqlIsInternalWithoutItsText) {
  constexpr Statement kBad = {"bad", "SELECT nothing FROM nowhere"};
  constexpr Statement kOther = {"count", "SELECT 1"};  // the name of another statement
  absl::Status status = pool_.Transact("Bad", {}, [&](Tx& tx) { return tx.Exec(kBad).status(); });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_EQ(SqlStateOf(status), "42P01");
  EXPECT_THAT(status.ToString(), Not(HasSubstr("nowhere")));
  EXPECT_EQ(Ask(kCount), "0");
  EXPECT_THAT(pool_.Transact("Bad", {}, [&](Tx& tx) { return tx.Exec(kOther).status(); }),
              StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
}

TEST_F(Transact, ASavepointLosesOnlyItsOwnEffects) {
  ASSERT_OK(pool_.Transact("Savepoint", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kInsert, {1, "kept"}).status());
    absl::Status inner = tx.Savepoint([&]() -> absl::Status {
      RETURN_IF_ERROR(tx.Exec(kInsert, {2, "lost"}).status());
      return tx.Savepoint([&] { return tx.Exec(kInsert, {1, "twice"}).status(); });
    });
    EXPECT_EQ(SqlStateOf(inner), "23505");
    return tx.Savepoint([&] { return tx.Exec(kInsert, {3, "kept"}).status(); });
  }));
  EXPECT_EQ(Ask(kCount), "2");
  EXPECT_EQ(Ask(kNote, {2}), "no row");
}

TEST_F(Transact, WhatIsSentRunsInOrderBeforeTheNextAnswer) {
  ASSERT_OK(pool_.Transact("Sends", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Send(kInsert, {1, "a"}));
    RETURN_IF_ERROR(tx.Send(kSetNote, {1, "b"}));
    ASSIGN_OR_RETURN(Rows rows, tx.Exec(kNote, {1}));
    EXPECT_EQ(rows[0].Text(0), "b");
    return tx.Send(kInsert, {2, "with COMMIT"});
  }));
  EXPECT_EQ(Ask(kCount), "2");
}

TEST_F(Transact, SeveralAnswersComeInOneRoundTripAndInOrder) {
  ASSERT_OK(pool_.Transact("ExecAll", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Send(kInsert, {1, "a"}));
    ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                     tx.ExecAll({{kNote, {1}}, {kInsert, {2, "b"}}, {kCount, {}}}));
    EXPECT_EQ(rows[0][0].Text(0), "a");
    EXPECT_EQ(rows[1].affected(), 1);
    EXPECT_EQ(rows[2][0].Int(0), 2);
    return absl::OkStatus();
  }));
}

TEST_F(Transact, RowsOfWhatIsAskedArriveWithTheNextAnswerOrWithCommit) {
  Rows first, second, last;
  ASSERT_OK(pool_.Transact("Asks", {}, [&](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Ask(kInsert, {1, "a"}, nullptr));
    RETURN_IF_ERROR(tx.Ask(kNote, {1}, &first));
    EXPECT_TRUE(first.empty());
    RETURN_IF_ERROR(tx.ExecScript("UPDATE item SET note = 'b'"));
    EXPECT_EQ(first[0].Text(0), "a");
    // Nothing is queued here, whatever the session was used for before.
    RETURN_IF_ERROR(tx.Wait());
    RETURN_IF_ERROR(tx.ExecScript("UPDATE item SET note = note"));
    RETURN_IF_ERROR(tx.Ask(kNote, {1}, &second));
    RETURN_IF_ERROR(tx.Wait());
    EXPECT_EQ(second[0].Text(0), "b");
    return tx.Ask(kCount, {}, &last);
  }));
  EXPECT_EQ(last[0].Int(0), 1);
}

TEST_F(Transact, ASavepointThatEndsForgetsWhereItsRowsWereToGo) {
  ASSERT_OK(pool_.Transact("Asks", {}, [](Tx& tx) -> absl::Status {
    for (const bool good : {true, false}) {
      auto rows = std::make_unique<Rows>();
      const absl::Status inner = tx.Savepoint([&] {
        RETURN_IF_ERROR(tx.Ask(kCount, {}, rows.get()));
        return good ? absl::OkStatus() : absl::CancelledError("no");
      });
      EXPECT_EQ(inner.ok(), good);
      EXPECT_TRUE(rows->empty());
    }
    return tx.Exec(kInsert, {1, "goes on"}).status();
  }));
  EXPECT_EQ(Ask(kCount), "1");
}

TEST_F(Transact, AFailureOfWhatWasSentIsToldAtCommitAndNothingStays) {
  absl::Status status = pool_.Transact("SendsTwice", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kInsert, {1, "a"}).status());
    RETURN_IF_ERROR(tx.Send(kInsert, {1, "again"}));
    return tx.Send(kInsert, {2, "skipped"});
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(ConstraintOf(status), "item_pkey");
  EXPECT_EQ(Ask(kCount), "0");
}

TEST_F(Transact, ASavepointHoldsWhatWasSentInside) {
  ASSERT_OK(pool_.Transact("Savepoint", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Send(kInsert, {1, "kept"}));
    absl::Status inner = tx.Savepoint([&] { return tx.Send(kInsert, {1, "twice"}); });
    EXPECT_EQ(SqlStateOf(inner), "23505");
    return tx.Send(kInsert, {2, "kept"});
  }));
  EXPECT_EQ(Ask(kCount), "2");
}

TEST_F(Transact, AStatementWhosePreparationFailedIsPreparedAgain) {
  constexpr Statement kLater = {"later", "SELECT note FROM later_item"};
  const auto ask = [&] {
    return pool_.Transact("Later", {}, [&](Tx& tx) { return tx.Exec(kLater).status(); });
  };
  EXPECT_EQ(SqlStateOf(ask()), "42P01");
  Script("CREATE TABLE later_item (note text)");
  EXPECT_OK(ask());
}

TEST_F(Transact, AReadOnlyTransactionCannotWrite) {
  TxOptions read_only;
  read_only.access = Access::kReadOnly;
  absl::Status status = pool_.Transact("Writes", read_only, [](Tx& tx) {
    return tx.Exec(kInsert, {1, "x"}).status();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_EQ(SqlStateOf(status), "25006");
}

TEST_F(Transact, ARepeatableReadSeesOneSnapshot) {
  TxOptions snapshot;
  snapshot.access = Access::kRepeatableReadOnly;
  ASSERT_OK(pool_.Transact("Snapshot", snapshot, [&](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(Rows before, tx.Exec(kCount));
    Script("INSERT INTO item VALUES (1, 'later')");
    ASSIGN_OR_RETURN(Rows after, tx.Exec(kCount));
    EXPECT_EQ(before[0].Int(0), after[0].Int(0));
    return absl::OkStatus();
  }));
}

TEST_F(Transact, ASerializationFailureRunsTheFunctionAgain) {
  Script("INSERT INTO item VALUES (1, 'a')");
  int runs = 0;
  ASSERT_OK(pool_.Transact("Serialize", {}, [&](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.ExecScript("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
    RETURN_IF_ERROR(tx.Exec(kNote, {1}).status());
    if (++runs == 1) Script("UPDATE item SET note = 'between' WHERE id = 1");
    return tx.Exec(kSetNote, {1, "mine"}).status();
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Ask(kNote, {1}), "mine");
}

TEST_F(Transact, AConflictThatStaysEndsAsAborted) {
  int runs = 0;
  absl::Status status = pool_.Transact("Conflict", {}, [&](Tx& tx) {
    ++runs;
    return tx.ExecScript("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$");
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_EQ(SqlStateOf(status), "40001");
  EXPECT_EQ(runs, 3);
}

TEST_F(Transact, TwoThatDeadlockBothSucceed) {
  Script("INSERT INTO item VALUES (1, ''), (2, '')");
  std::latch both_hold_one(2);
  auto lock_both = [&](int first, int second) {
    int runs = 0;
    EXPECT_OK(pool_.Transact("Deadlock", {}, [&](Tx& tx) -> absl::Status {
      RETURN_IF_ERROR(tx.ExecScript("SET LOCAL deadlock_timeout = '20ms'"));
      RETURN_IF_ERROR(tx.Exec(kSetNote, {first, "x"}).status());
      if (++runs == 1) both_hold_one.arrive_and_wait();
      return tx.Exec(kSetNote, {second, "x"}).status();
    }));
    return runs;
  };
  int runs_of_other = 0;
  std::thread other([&] { runs_of_other = lock_both(2, 1); });
  const int runs = lock_both(1, 2);
  other.join();
  EXPECT_GE(runs + runs_of_other, 3);
}

TEST_F(Transact, WaitingForALockOfAnotherEndsAsConflict) {
  Script("INSERT INTO item VALUES (1, 'a')");
  absl::Status inner;
  ASSERT_OK(pool_.Transact("Holds", {}, [&](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kSetNote, {1, "held"}).status());
    inner = pool_.Transact("Waits", {}, [](Tx& tx) -> absl::Status {
      RETURN_IF_ERROR(tx.ExecScript("SET LOCAL lock_timeout = '10ms'"));
      return tx.Exec(kSetNote, {1, "other"}).status();
    });
    return absl::OkStatus();
  }));
  EXPECT_THAT(inner, StatusIs(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_EQ(SqlStateOf(inner), "55P03");
}

TEST_F(Transact, AStatementIsCancelledAtTheDeadline) {
  TxOptions soon;
  soon.deadline = absl::Now() + absl::Milliseconds(300);
  absl::Status status =
      pool_.Transact("Slow", soon, [](Tx& tx) { return tx.ExecScript("SELECT pg_sleep(60)"); });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT"));
  EXPECT_EQ(SqlStateOf(status), "57014");
}

TEST_F(Transact, AfterItsDeadlineTheFunctionDoesNotRun) {
  TxOptions over;
  over.deadline = absl::Now() - absl::Seconds(1);
  bool ran = false;
  Ask(kCount);  // a connection is idle
  absl::Status status = pool_.Transact("Late", over, [&](Tx&) {
    ran = true;
    return absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(ran);
}

TEST_F(Transact, ADeadlineBindsItsOwnTransactionOnly) {
  constexpr Statement kTimeout = {
      "timeout", "SELECT setting::int <= 5000 FROM pg_settings WHERE name = 'statement_timeout'"};
  TxOptions near;
  near.deadline = absl::Now() + absl::Seconds(5);
  ASSERT_OK(pool_.Transact("Near", near, [&](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(Rows rows, tx.Exec(kTimeout));
    EXPECT_TRUE(rows[0].Bool(0));
    return absl::OkStatus();
  }));
  EXPECT_EQ(Ask(kTimeout), "f");
}

}  // namespace
}  // namespace rectify::pg
