#include "libs/pg/failure.h"

#include "gtest/gtest.h"
#include "libs/pg/pool.h"
#include "libs/testing/status_matchers.h"

namespace rectify::pg {
namespace {

using ::rectify::testing::StatusIs;

TEST(KindOf, TellsLostConnectionsConflictsAndTheRest) {
  for (const char* lost : {"", "08006", "57P01", "57P03", "53300", "53100", "58030", "25006"}) {
    EXPECT_EQ(KindOf(lost), Failure::Kind::kLost) << lost;
  }
  for (const char* conflict : {"40001", "40P01"}) {
    EXPECT_EQ(KindOf(conflict), Failure::Kind::kConflict) << conflict;
  }
  for (const char* other : {"23505", "57014", "55P03", "42P01", "22P02"}) {
    EXPECT_EQ(KindOf(other), Failure::Kind::kOther) << other;
  }
}

TEST(ConstraintIn, ReadsTheNameInTheMessage) {
  EXPECT_EQ(ConstraintIn("23505",
                         "ERROR:  duplicate key value violates unique constraint \"a_key\"\n"
                         "DETAIL:  Key (constraint \"x\")=(1) already exists."),
            "a_key");
  EXPECT_EQ(ConstraintIn("23503",
                         "ERROR:  update or delete on table \"a\" violates foreign key constraint "
                         "\"b_fkey\" on table \"b\""),
            "b_fkey");
  EXPECT_EQ(
      ConstraintIn("23514", "ERROR:  new row for relation \"a\" violates check constraint \"c\""),
      "c");
  EXPECT_EQ(ConstraintIn("23502",
                         "ERROR:  null value in column \"c\" of relation \"a\" violates not-null "
                         "constraint"),
            "");
  EXPECT_EQ(ConstraintIn("42P01", "ERROR:  relation \"constraint \" does not exist"), "");
}

TEST(StatusOf, FollowsTheTable) {
  struct Line {
    const char* sqlstate;
    absl::StatusCode code;
    const char* reason;
  };
  for (const Line& line : {
           Line{"23505", absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"},
           Line{"55P03", absl::StatusCode::kAborted, "CONFLICT"},
           Line{"40001", absl::StatusCode::kAborted, "CONFLICT"},
           Line{"40P01", absl::StatusCode::kAborted, "CONFLICT"},
           Line{"57014", absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT"},
           Line{"08006", absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"},
           Line{"23503", absl::StatusCode::kInternal, "INTERNAL"},
           Line{"42501", absl::StatusCode::kInternal, "INTERNAL"},
       }) {
    Failure failure;
    failure.sqlstate = line.sqlstate;
    failure.kind = KindOf(line.sqlstate);
    absl::Status status = StatusOf(failure, "log-1");
    EXPECT_THAT(status, StatusIs(line.code, line.reason));
    EXPECT_EQ(SqlStateOf(status), line.sqlstate);
  }
}

TEST(StatusOf, AnInternalErrorNamesItsLogLine) {
  Failure failure;
  absl::Status status = StatusOf(failure, "log-1");
  ASSERT_TRUE(DetailOf(status).has_value());
  EXPECT_EQ(DetailOf(status)->metadata.at("log_id"), "log-1");
}

}  // namespace
}  // namespace rectify::pg
