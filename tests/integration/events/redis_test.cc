#include "libs/redis/redis.h"

#include "libs/testing/sandbox.h"
#include "libs/testing/status_matchers.h"

namespace rectify::redis {
namespace {

using Kind = Reply::Kind;

class RedisTest : public ::testing::Test {
 protected:
  rectify::testing::TestRedis server_;
  Connection redis_{server_.address()};
};

TEST_F(RedisTest, KeepsEveryByte) {
  const std::string value("a\0b \r\n\xff", 7);
  ASSERT_OK(redis_.Command({"SET", "key", value}));
  ASSERT_OK_AND_ASSIGN(const Reply reply, redis_.Command({"GET", "key"}));
  EXPECT_EQ(reply.kind, Kind::kString);
  EXPECT_EQ(reply.text, value);
}

TEST_F(RedisTest, TellsTheKindsOfRepliesApart) {
  ASSERT_OK_AND_ASSIGN(const auto replies, redis_.Pipeline({{"PING"},
                                                            {"INCR", "n"},
                                                            {"GET", "absent"},
                                                            {"LRANGE", "n", "0", "1"},
                                                            {"MGET", "n", "absent"}}));
  ASSERT_EQ(replies.size(), 5u);
  EXPECT_EQ(replies[0].kind, Kind::kStatus);
  EXPECT_EQ(replies[0].text, "PONG");
  EXPECT_EQ(replies[1].kind, Kind::kInteger);
  EXPECT_EQ(replies[1].integer, 1);
  EXPECT_EQ(replies[2].kind, Kind::kNil);
  EXPECT_EQ(replies[3].kind, Kind::kError);
  ASSERT_EQ(replies[4].kind, Kind::kArray);
  EXPECT_EQ(replies[4].elements[0].text, "1");
  EXPECT_EQ(replies[4].elements[1].kind, Kind::kNil);
}

TEST_F(RedisTest, AnErrorReplyLeavesTheConnectionUsable) {
  ASSERT_OK_AND_ASSIGN(const Reply error, redis_.Command({"NO-SUCH-COMMAND"}));
  EXPECT_EQ(error.kind, Kind::kError);
  ASSERT_OK_AND_ASSIGN(const Reply reply, redis_.Command({"PING"}));
  EXPECT_EQ(reply.text, "PONG");
}

TEST_F(RedisTest, LoadsAScriptThatTheServerHasForgotten) {
  const std::string script = "return KEYS[1] .. ARGV[1]";
  for (int round = 0; round < 2; ++round) {
    ASSERT_OK_AND_ASSIGN(const Reply reply, redis_.Eval(script, {"k"}, {"v"}));
    EXPECT_EQ(reply.text, "kv");
    ASSERT_OK_AND_ASSIGN(const Reply again, redis_.Eval(script, {"k"}, {"w"}));
    EXPECT_EQ(again.text, "kw");
    ASSERT_OK(redis_.Command({"SCRIPT", "FLUSH"}));
  }
}

TEST_F(RedisTest, ConnectsAnewAfterTheServerWentAway) {
  ASSERT_OK(redis_.Command({"SET", "key", "value"}));
  server_.Kill();
  EXPECT_EQ(redis_.Command({"PING"}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(redis_.Pipeline({{"PING"}, {"PING"}}).status().code(), absl::StatusCode::kUnavailable);
  server_.Restart();
  ASSERT_OK_AND_ASSIGN(const Reply reply, redis_.Command({"GET", "key"}));
  EXPECT_EQ(reply.kind, Kind::kNil);
}

TEST_F(RedisTest, AnAddressThatIsNoneIsToldAsSuch) {
  for (const char* address : {"", "localhost", "localhost:x"}) {
    Connection nowhere(address);
    EXPECT_EQ(nowhere.Command({"PING"}).status().code(), absl::StatusCode::kInvalidArgument)
        << address;
  }
}

}  // namespace
}  // namespace rectify::redis
