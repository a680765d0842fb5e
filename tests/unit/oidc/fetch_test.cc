// From where a document is fetched, and how long it may be kept.
#include "libs/oidc/fetch.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rectify::oidc {
namespace {

TEST(FetchTest, AsksNoAddressThatIsNotSafe) {
  EXPECT_EQ(Fetch("http://idp.example.cn/").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(MaxAgeTest, IsWhatCacheControlSays) {
  EXPECT_EQ(MaxAgeIn("max-age=300"), absl::Seconds(300));
  EXPECT_EQ(MaxAgeIn("public, Max-Age=60 , must-revalidate"), absl::Seconds(60));
  EXPECT_EQ(MaxAgeIn("max-age=300, no-store"), absl::ZeroDuration());
  EXPECT_EQ(MaxAgeIn("no-cache"), absl::ZeroDuration());
  EXPECT_EQ(MaxAgeIn("max-age=-5"), absl::ZeroDuration());
  for (const char* silent : {"", "public", "max-age", "max-age=", "max-age=soon", "s-maxage=9"}) {
    EXPECT_EQ(MaxAgeIn(silent), std::nullopt) << silent;
  }
}

}  // namespace
}  // namespace rectify::oidc
