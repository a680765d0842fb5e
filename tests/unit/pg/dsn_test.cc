#include "libs/pg/dsn.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::pg {
namespace {

using ::testing::HasSubstr;

TEST(SessionDsn, UriAndKeywordsGiveTheSame) {
  PoolOptions uri, keywords;
  uri.dsn = "postgresql://u@/db?host=%2Frun%2Fpg&options=-c%20work_mem%3D4MB";
  keywords.dsn = "user=u dbname=db host='/run/pg' options='-c work_mem=4MB'";
  ASSERT_OK_AND_ASSIGN(std::string from_uri, SessionDsn(uri));
  ASSERT_OK_AND_ASSIGN(std::string from_keywords, SessionDsn(keywords));
  EXPECT_EQ(from_uri, from_keywords);
  EXPECT_THAT(from_uri, HasSubstr("options='-c work_mem=4MB -c TimeZone=UTC"));
}

TEST(SessionDsn, QuotesWhatNeedsIt) {
  PoolOptions options;
  options.dsn = R"(password='it\'s a \\ secret')";
  options.schema = "two words";
  ASSERT_OK_AND_ASSIGN(std::string dsn, SessionDsn(options));
  EXPECT_THAT(dsn, HasSubstr(R"(password='it\'s a \\ secret')"));
  // The blank is escaped for the server's options, and the backslash for the DSN.
  EXPECT_THAT(dsn, HasSubstr(R"(search_path="two\\ words")"));
}

TEST(SessionDsn, KeepsTimeoutsTheOperatorChose) {
  PoolOptions options;
  options.dsn = "connect_timeout=11";
  ASSERT_OK_AND_ASSIGN(std::string dsn, SessionDsn(options));
  EXPECT_THAT(dsn, HasSubstr("connect_timeout='11'"));
  EXPECT_THAT(dsn, HasSubstr("tcp_user_timeout='5000'"));
}

TEST(SessionDsn, RefusesWhatLibpqCannotRead) {
  PoolOptions options;
  options.dsn = "no such thing";
  EXPECT_EQ(SessionDsn(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rectify::pg
