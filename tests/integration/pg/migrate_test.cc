#include <thread>

#include "tests/integration/pg/fixture.h"

namespace rectify::pg {
namespace {

using ::testing::HasSubstr;

constexpr Statement kVersions = {"versions",
                                 "SELECT string_agg(version || ' ' || name, ',' ORDER BY version) "
                                 "FROM schema_migrations"};

class MigrateTest : public PgTest {
 protected:
  const std::vector<Migration> two_ = {
      {"0001_init.sql", "CREATE TABLE a (x int); INSERT INTO a VALUES (1);"},
      {"0002_more.sql", "INSERT INTO a VALUES (2); -- 中文注释"}};
  const Statement sum_ = {"sum", "SELECT sum(x) FROM a"};
};

TEST_F(MigrateTest, AppliesInOrderAndOnce) {
  ASSERT_OK(Migrate(Options(), {two_[0]}));
  ASSERT_OK(Migrate(Options(), two_));
  ASSERT_OK(Migrate(Options(), two_));
  EXPECT_EQ(Ask(sum_), "3");
  EXPECT_EQ(Ask(kVersions), "1 0001_init.sql,2 0002_more.sql");
}

TEST_F(MigrateTest, RefusesAChangedText) {
  ASSERT_OK(Migrate(Options(), two_));
  std::vector<Migration> changed = two_;
  changed[0].sql += " ";
  absl::Status status = Migrate(Options(), changed);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("0001_init.sql"));
}

TEST_F(MigrateTest, AFailedMigrationLeavesNothing) {
  std::vector<Migration> bad = two_;
  bad[1].sql = "INSERT INTO a VALUES (2); SELECT nothing FROM nowhere;";
  EXPECT_FALSE(Migrate(Options(), bad).ok());
  EXPECT_EQ(Ask(sum_), "1");
  ASSERT_OK(Migrate(Options(), two_));
  EXPECT_EQ(Ask(sum_), "3");
}

TEST_F(MigrateTest, RefusesNumbersThatDoNotRise) {
  EXPECT_EQ(Migrate(Options(), {two_[1], two_[0]}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Migrate(Options(), {{"init.sql", ""}}).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(MigrateTest, ReplicasMayStartTogether) {
  PoolOptions options = Options();
  options.schema = "fresh \"one\"";
  std::vector<std::thread> replicas;
  for (int i = 0; i < 4; ++i) {
    replicas.emplace_back([&] { EXPECT_OK(Migrate(options, two_)); });
  }
  for (std::thread& replica : replicas) replica.join();
  Pool pool(options);
  ASSERT_OK(pool.Transact("Sum", {}, [&](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(Rows rows, tx.Exec(sum_));
    EXPECT_EQ(rows[0].Int(0), 3);
    return absl::OkStatus();
  }));
}

}  // namespace
}  // namespace rectify::pg
