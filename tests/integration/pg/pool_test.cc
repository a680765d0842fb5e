#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/pg/fixture.h"

namespace rectify::pg {
namespace {

using ::rectify::testing::StatusIs;

constexpr Statement kSetting = {"setting", "SELECT current_setting($1::text)"};
constexpr Statement kBackend = {"backend", "SELECT pg_backend_pid()"};

using PoolTest = PgTest;

TEST_F(PoolTest, SessionsRunInUtcWithIsoDatesAndTheirOwnSchema) {
  EXPECT_EQ(Ask(kSetting, {"TimeZone"}), "UTC");
  EXPECT_EQ(Ask(kSetting, {"DateStyle"}), "ISO, MDY");
  EXPECT_EQ(Ask(kSetting, {"search_path"}), "\"shelf\"");
  EXPECT_EQ(Ask(kSetting, {"statement_timeout"}), "10s");
  EXPECT_EQ(Ask(kSetting, {"lock_timeout"}), "2s");
  EXPECT_EQ(Ask(kSetting, {"idle_in_transaction_session_timeout"}), "10s");
  EXPECT_EQ(Ask(kSetting, {"application_name"}), "pg_test");
  EXPECT_EQ(Ask(kSetting, {"default_transaction_isolation"}), "read committed");
}

TEST_F(PoolTest, OptionsOfTheDsnStayUnlessOursDiffer) {
  PoolOptions options = Options();
  options.dsn =
      absl::StrCat(options.dsn, "&options=-c%20work_mem%3D7MB%20-c%20TimeZone%3DAsia/Shanghai");
  Pool pool(options);
  ASSERT_OK(pool.Transact("Options", {}, [](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(Rows kept, tx.Exec(kSetting, {"work_mem"}));
    EXPECT_EQ(kept[0].Text(0), "7MB");
    ASSIGN_OR_RETURN(Rows ours, tx.Exec(kSetting, {"TimeZone"}));
    EXPECT_EQ(ours[0].Text(0), "UTC");
    return absl::OkStatus();
  }));
}

TEST_F(PoolTest, AConnectionIsUsedAgain) { EXPECT_EQ(Ask(kBackend), Ask(kBackend)); }

TEST_F(PoolTest, AfterAllSessionsWereEndedTheNextTransactionSucceedsAtOnce) {
  // Two idle sessions, both dead; one attempt only.
  ASSERT_OK(pool_.Transact("Outer", {}, [&](Tx& tx) -> absl::Status {
    Ask(kCount);
    return tx.Exec(kCount).status();
  }));
  database_.TerminateSessions();
  TxOptions once;
  once.max_attempts = 1;
  EXPECT_OK(pool_.Transact("Heals", once, [](Tx& tx) {
    return tx.Exec(kInsert, {1, "x"}).status();
  }));
  EXPECT_EQ(Ask(kCount), "1");
}

TEST_F(PoolTest, ASessionLostBeforeCommitRunsTheFunctionAgain) {
  int runs = 0;
  ASSERT_OK(pool_.Transact("Killed", {}, [&](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kInsert, {1, "x"}).status());
    if (++runs == 1) database_.TerminateSessions();
    return tx.Exec(kInsert, {2, "y"}).status();
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Ask(kCount), "2");
}

TEST_F(PoolTest, ASessionThatIsLostEveryTimeEndsAsUnavailable) {
  int runs = 0;
  absl::Status status = pool_.Transact("Killed", {}, [&](Tx& tx) -> absl::Status {
    ++runs;
    RETURN_IF_ERROR(tx.Exec(kCount).status());
    database_.TerminateSessions();
    return tx.Exec(kCount).status();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
  EXPECT_EQ(runs, 3);
}

TEST_F(PoolTest, WhenAllConnectionsAreTakenTheLeaseEndsAtTheDeadline) {
  PoolOptions options = Options();
  options.size = 1;
  Pool narrow(options);
  absl::Status inner;
  bool ran = false;
  ASSERT_OK(narrow.Transact("Outer", {}, [&](Tx& tx) {
    TxOptions soon;
    soon.deadline = absl::Now() + absl::Milliseconds(20);
    inner = narrow.Transact("Inner", soon, [&](Tx&) {
      ran = true;
      return absl::OkStatus();
    });
    return tx.Exec(kCount).status();
  }));
  EXPECT_THAT(inner, StatusIs(absl::StatusCode::kUnavailable, "OVERLOADED"));
  EXPECT_FALSE(ran);
}

TEST_F(PoolTest, ManyThreadsShareFewConnections) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([this, i] {
      EXPECT_OK(pool_.Transact("Share", {}, [i](Tx& tx) {
        return tx.Exec(kInsert, {i, absl::StrCat("thread ", i)}).status();
      }));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Ask(kCount), "12");
  constexpr Statement kSessions = {
      "sessions", "SELECT count(*) <= 4 FROM pg_stat_activity WHERE application_name = 'pg_test'"};
  EXPECT_EQ(Ask(kSessions), "t");
}

TEST_F(PoolTest, AServerThatIsNotThereIsUnavailable) {
  testing::TempDir empty;
  PoolOptions options = Options();
  options.dsn = absl::StrCat("host='", empty.path(), "' dbname=x");
  Pool pool(options);
  EXPECT_THAT(pool.Transact("Nobody", {}, [](Tx&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
  EXPECT_THAT(pool.WaitUntilReachable(absl::Milliseconds(30)),
              StatusIs(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
  EXPECT_OK(pool_.WaitUntilReachable(absl::Seconds(30)));
}

TEST_F(PoolTest, ABrokenConnectionStringIsToldWithoutItsText) {
  PoolOptions options = Options();
  options.dsn = "password=hunter2 nonsense";
  Pool pool(options);
  absl::Status status = pool.WaitUntilReachable(absl::Seconds(30));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.ToString(), ::testing::Not(::testing::HasSubstr("hunter2")));
}

}  // namespace
}  // namespace rectify::pg
