#include "libs/outbound/safe_url.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rectify::outbound {
namespace {

TEST(IsSafeUrlTest, HttpsOrLoopback) {
  for (const char* url : {"https://idp.example.cn", "https://idp.example.cn:8443/realms/fire",
                          "https://10.1.2.3:8443/a?b=c", "http://127.0.0.1:80/",
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
        "https://idp.example.cn/#a", "https://idp.example.cn/a b", "https://h\r\nX: y",
        "https://idp.example.cn\\@evil.cn/", "https://例.cn/"}) {
    EXPECT_FALSE(IsSafeUrl(url)) << url;
  }
}

}  // namespace
}  // namespace rectify::outbound
