#include "libs/http/message.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rectify::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(HeadersTest, NamesCompareWithoutCaseAndKeepTheirOrder) {
  Headers headers;
  headers.Add("Accept", "a");
  headers.Add("X-Two", "1");
  headers.Add("x-two", "2");
  EXPECT_EQ(headers.Get("ACCEPT"), "a");
  EXPECT_EQ(headers.Get("X-TWO"), "1");
  EXPECT_EQ(headers.Count("x-Two"), 2);
  EXPECT_FALSE(headers.Has("Host"));
  EXPECT_EQ(headers.Get("Host"), "");
  headers.Set("X-TWO", "3");
  EXPECT_THAT(headers.entries(), ElementsAre(Pair("Accept", "a"), Pair("X-TWO", "3")));
}

TEST(HeadersTest, NoValueEndsItsLine) {
  Headers headers;
  headers.Add("X-Id", "a\r\nSet-Cookie: b");
  EXPECT_EQ(headers.Get("X-Id"), "aSet-Cookie: b");
}

}  // namespace
}  // namespace rectify::http
