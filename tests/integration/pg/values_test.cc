#include <limits>

#include "absl/time/time.h"
#include "tests/integration/pg/fixture.h"

namespace rectify::pg {
namespace {

using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;

constexpr Statement kEchoText = {"echo_text", "SELECT $1::text"};
constexpr Statement kEchoTime = {"echo_time", "SELECT $1::timestamptz"};
constexpr Statement kEchoDay = {"echo_day", "SELECT $1::date"};
constexpr Statement kEchoBytes = {"echo_bytes", "SELECT $1::bytea, length($1::bytea)"};
constexpr Statement kEchoArray = {"echo_array", "SELECT $1::text[]"};
constexpr Statement kEchoNumbers = {"echo_numbers", "SELECT $1::bigint, $2::float8, $3::bool"};

class Values : public PgTest {
 protected:
  // Runs a statement that returns one row and reads it inside the transaction.
  template <typename T>
  absl::StatusOr<T> Echo(const Statement& statement, const std::vector<Param>& params,
                         T (*read)(const Row&)) {
    return pool_.TransactValue("Echo", {}, [&](Tx& tx) -> absl::StatusOr<T> {
      ASSIGN_OR_RETURN(Rows rows, tx.Exec(statement, params));
      return read(rows[0]);
    });
  }
  absl::StatusOr<std::string> EchoText(const Param& text) {
    return Echo<std::string>(kEchoText, {text}, [](const Row& row) { return row.Text(0); });
  }
};

TEST_F(Values, TextComesBackAsItWas) {
  for (std::string text : {"", "整改通知书 'x' \"y\" \\ $1", "𠮷野家", "a\nb\tc", "NULL"}) {
    ASSERT_OK_AND_ASSIGN(std::string back, EchoText(text));
    EXPECT_EQ(back, text);
  }
}

TEST_F(Values, TextWithNulIsRefusedInsteadOfCut) {
  EXPECT_THAT(EchoText(std::string("ab\0cd", 5)),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  const std::vector<std::string> list = {std::string("a\0b", 3)};
  EXPECT_THAT(EchoText(list), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

TEST_F(Values, InvalidUtf8IsRefusedBeforeItIsSent) {
  absl::StatusOr<std::string> answer = EchoText("\xff\xfe");
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_EQ(SqlStateOf(answer.status()), "");
}

TEST_F(Values, BytesComeBackExactly) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  ASSERT_OK_AND_ASSIGN(std::string back,
                       Echo<std::string>(kEchoBytes, {Bytes{bytes}}, [](const Row& row) {
                         EXPECT_EQ(row.Int(1), 256);
                         return row.Bytes(0);
                       }));
  EXPECT_EQ(back, bytes);
}

TEST_F(Values, NumbersComeBackExactly) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  const double third = 1.0 / 3;
  ASSERT_OK(Echo<bool>(kEchoNumbers, {least, third, true}, [](const Row& row) {
    EXPECT_EQ(row.Int(0), std::numeric_limits<int64_t>::min());
    EXPECT_EQ(row.Double(1), 1.0 / 3);
    EXPECT_TRUE(row.Bool(2));
    return true;
  }));
}

TEST_F(Values, NullsAreTold) {
  ASSERT_OK(Echo<bool>(kEchoNumbers, {nullptr, std::optional<double>(), std::optional<bool>(false)},
                       [](const Row& row) {
                         EXPECT_TRUE(row.IsNull(0));
                         EXPECT_EQ(row.OptInt(0), std::nullopt);
                         EXPECT_EQ(row.OptDouble(1), std::nullopt);
                         EXPECT_FALSE(row.Bool(2));
                         return true;
                       }));
}

TEST_F(Values, ArraysKeepQuotesBackslashesBlanksAndTheWordNull) {
  const std::vector<std::string> list = {"a", "", "b c", "\"q\"", "\\x41", "{,}", "NULL", "隐患"};
  ASSERT_OK_AND_ASSIGN(std::vector<std::string> back,
                       Echo<std::vector<std::string>>(
                           kEchoArray, {list}, [](const Row& row) { return row.TextArray(0); }));
  EXPECT_EQ(back, list);
  ASSERT_OK_AND_ASSIGN(
      std::vector<std::string> none,
      Echo<std::vector<std::string>>(kEchoArray, {std::vector<std::string>()},
                                     [](const Row& row) { return row.TextArray(0); }));
  EXPECT_TRUE(none.empty());
}

TEST_F(Values, TimesAreExactToTheMicrosecond) {
  const absl::Time epoch = absl::UnixEpoch();
  for (absl::Time time :
       {epoch, epoch + absl::Microseconds(1), epoch - absl::Microseconds(1),
        absl::FromUnixMicros(1710028800123456), absl::FromUnixMicros(-2208988799999999),
        absl::FromCivil(absl::CivilSecond(1, 1, 1), absl::UTCTimeZone()),
        absl::FromCivil(absl::CivilSecond(9999, 12, 31, 23, 59, 59), absl::UTCTimeZone()),
        absl::InfiniteFuture(), absl::InfinitePast()}) {
    ASSERT_OK_AND_ASSIGN(absl::Time back, Echo<absl::Time>(kEchoTime, {time}, [](const Row& row) {
                           return row.Time(0);
                         }));
    EXPECT_EQ(back, time);
  }
}

TEST_F(Values, DaysComeBackAsTheyWere) {
  for (absl::CivilDay day :
       {absl::CivilDay(2024, 2, 29), absl::CivilDay(1949, 10, 1), absl::CivilDay(1, 1, 1)}) {
    ASSERT_OK_AND_ASSIGN(
        absl::CivilDay back,
        Echo<absl::CivilDay>(kEchoDay, {day}, [](const Row& row) { return row.Day(0); }));
    EXPECT_EQ(back, day);
  }
}

TEST_F(Values, AColumnReadAsAnotherTypeIsAnInternalErrorAndChangesNothing) {
  absl::Status status = pool_.Transact("WrongType", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kInsert, {1, "x"}).status());
    ASSIGN_OR_RETURN(Rows rows, tx.Exec(kEchoText, {"abc"}));
    rows[0].Int(0);
    return absl::OkStatus();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_EQ(Ask(kCount), "0");
}

TEST_F(Values, AColumnThatDoesNotExistIsAnInternalError) {
  EXPECT_THAT(Echo<std::string>(kEchoText, {"a"}, [](const Row& row) { return row.Text(1); }),
              StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
}

TEST_F(Values, ManyRowsGoInByOneStatement) {
  constexpr Statement kInsertSet = {"insert_set",
                                    "INSERT INTO item SELECT * FROM unnest($1::int[], $2::text[])"};
  constexpr Statement kReadAll = {"read_all", "SELECT id, note FROM item ORDER BY id"};
  const std::vector<int> ids = {1, 2, 3};
  const std::vector<std::optional<std::string>> notes = {"a,b", std::nullopt, "堵塞"};
  ASSERT_OK(pool_.Transact("InsertSet", {}, [&](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(Rows rows, tx.Exec(kInsertSet, {ids, notes}));
    EXPECT_EQ(rows.affected(), 3);
    return absl::OkStatus();
  }));
  ASSERT_OK_AND_ASSIGN(
      Rows rows, pool_.TransactValue("ReadAll", {}, [&](Tx& tx) { return tx.Exec(kReadAll); }));
  std::vector<std::string> seen;
  for (Row row : rows) seen.push_back(row.OptText(1).value_or("-"));
  EXPECT_THAT(seen, ElementsAre("a,b", "-", "堵塞"));
}

TEST_F(Values, SetsOfBytesGoInByUnnest) {
  constexpr Statement kJoin = {"join",
                               "SELECT string_agg(b, ''::bytea) FROM unnest($1::bytea[]) b"};
  const std::vector<Bytes> parts = {{std::string("\0\\", 2)}, {"\"x"}};
  ASSERT_OK_AND_ASSIGN(std::string joined, Echo<std::string>(kJoin, {parts}, [](const Row& row) {
                         return row.Bytes(0);
                       }));
  EXPECT_EQ(joined, std::string("\0\\\"x", 4));
}

}  // namespace
}  // namespace rectify::pg
