// Which addresses are safe, and how long a document may be kept.
#include "libs/oidc/fetch.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rectify::oidc {
namespace {

TEST(IsSafeUrlTest, HttpsOrLoopback) {
  for (const char* url :
       {"https://idp.example.cn", "https://idp.example.cn:8443/realms/fire", "http://127.0.0.1:80/",
        "http://127.3.2.1/", "http://localhost:8080/a", "http://[::1]:8080/"}) {
    EXPECT_TRUE(IsSafeUrl(url)) << url;
  }
}

TEST(IsSafeUrlTest, NothingElse) {
  for (const char* url :
       {"", "idp.example.cn", "http://idp.example.cn/", "http://10.0.0.1/", "http://127.evil.cn/",
        "http://127.0.0.1.evil.cn/", "http://localhost.evil.cn/", "http://[fe80::1]/",
        "ftp://127.0.0.1/", "file:///etc/passwd", "https://", "https://me:secret@idp.example.cn/",
        "https://me@idp.example.cn/", "http://127.0.0.1@idp.example.cn/",
        "https://idp.example.cn/#a"}) {
    EXPECT_FALSE(IsSafeUrl(url)) << url;
  }
}

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
