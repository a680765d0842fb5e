#include "libs/http/target.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::http {
namespace {

using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST(TargetTest, SplitsBeforeItDecodes) {
  ASSERT_OK_AND_ASSIGN(const Target target,
                       ParseTarget("/v1/a%2Fb/%E5%8D%95?filter=a+%3D%20%22b%22&x&x=1&y=a=b"));
  EXPECT_THAT(target.segments, ElementsAre("v1", "a/b", "单"));
  EXPECT_THAT(target.query, ElementsAre(Pair("filter", "a = \"b\""), Pair("x", ""), Pair("x", "1"),
                                        Pair("y", "a=b")));
}

TEST(TargetTest, RefusesTricks) {
  for (const char* text : {"", "v1", "*", "http://host/v1", "/v1//a", "/v1/", "/v1/../a",
                           "/v1/%2e%2e/a", "/v1/./a", "/v1/%", "/v1/%4", "/v1/%zz", "/v1/%00",
                           "/v1/a%0d%0ab", "/v1/%ff", "/v1?a=%c0%af", "/v1?=1", "/v1?a=%0a"}) {
    EXPECT_THAT(ParseTarget(text), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"))
        << text;
  }
}

TEST(TargetTest, EncodesWhatIsNotUnreserved) {
  const std::string text = "a b/单&=+%~";
  EXPECT_EQ(Encode(text), "a%20b%2F%E5%8D%95%26%3D%2B%25~");
  ASSERT_OK_AND_ASSIGN(const Target target, ParseTarget("/v1?q=" + Encode(text)));
  EXPECT_EQ(target.query[0].second, text);
}

}  // namespace
}  // namespace rectify::http
