// A database and a pool for one test.
#pragma once

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/pg/pool.h"
#include "libs/testing/sandbox.h"
#include "libs/testing/status_matchers.h"

namespace rectify::pg {

class PgTest : public ::testing::Test {
 protected:
  PgTest() : pool_(Options()) {
    EXPECT_OK(Migrate(Options(), {}));
    Script(
        "CREATE TABLE item (id int PRIMARY KEY, note text, CONSTRAINT note_short "
        "CHECK (length(note) < 20))");
  }

  PoolOptions Options() const {
    PoolOptions options;
    options.dsn = database_.dsn();
    options.schema = "shelf";
    options.app_name = "pg_test";
    return options;
  }

  void Script(const std::string& sql) {
    ASSERT_OK(pool_.Transact("Script", {}, [&](Tx& tx) { return tx.ExecScript(sql); }));
  }

  // One text of one row.
  std::string Ask(const Statement& statement, const std::vector<Param>& params = {}) {
    auto answer = pool_.TransactValue("Ask", {}, [&](Tx& tx) -> absl::StatusOr<std::string> {
      ASSIGN_OR_RETURN(Rows rows, tx.Exec(statement, params));
      return rows.empty() ? "no row" : rows[0].OptText(0).value_or("NULL");
    });
    return answer.ok() ? *answer : answer.status().ToString();
  }

  testing::TestDatabase database_;
  Pool pool_;
};

inline constexpr Statement kInsert = {"insert", "INSERT INTO item VALUES ($1::int, $2::text)"};
inline constexpr Statement kCount = {"count", "SELECT count(*) FROM item"};
inline constexpr Statement kNote = {"note", "SELECT note FROM item WHERE id = $1::int"};
inline constexpr Statement kSetNote = {"set_note",
                                       "UPDATE item SET note = $2::text WHERE id = $1::int"};

}  // namespace rectify::pg
