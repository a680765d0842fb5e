#include <unistd.h>

#include <filesystem>

#include "tests/integration/pg/fixture.h"

namespace rectify::testing {
namespace {

TEST(Sandbox, TestsDoNotSeeEachOther) {
  TestDatabase one, two;
  EXPECT_NE(one.dsn(), two.dsn());
}

TEST(Sandbox, RedisStartsAgainAtTheSameAddressAfterAKill) {
  TestRedis redis;
  const std::string address = redis.address();
  const std::string socket = address.substr(std::string("unix:").size());
  redis.Kill();
  redis.Restart();
  EXPECT_EQ(redis.address(), address);
  EXPECT_EQ(access(socket.c_str(), W_OK), 0);
}

TEST(Sandbox, ATemporaryFolderGoesWithItsObject) {
  std::string path;
  {
    TempDir folder;
    path = folder.path();
    EXPECT_TRUE(std::filesystem::is_directory(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace rectify::testing
