#include "services/partner_registry/domain/api_key.h"

#include "gmock/gmock.h"
#include "libs/crypto/crypto.h"
#include "libs/testing/status_matchers.h"

namespace rectify::partner::domain {
namespace {

using ::rectify::testing::HasViolation;

constexpr char kId[] = "0185766a-7000-7000-8000-0000000000b1";
const absl::Time kIssued = absl::FromUnixSeconds(1'800'000'000);

class ApiKeyTest : public ::testing::Test {
 protected:
  ApiKeyTest() {
    key_.district = "120110";
    key_.partner = "p";
    key_.id = kId;
    key_.secret_sha256 = crypto::Sha256(secret_);
    key_.expire_time = kIssued + absl::Hours(1);
    shown_ = *ReadKey(KeyText(kId, secret_));
  }
  const std::string secret_ = std::string(31, 's') + '\xFF';
  ApiKey key_;
  ShownKey shown_;
};

TEST_F(ApiKeyTest, IsReadAsItWasWritten) {
  EXPECT_EQ(shown_.id, kId);
  EXPECT_EQ(shown_.secret_sha256, key_.secret_sha256);
  EXPECT_TRUE(Opens(key_, shown_, "10.1.2.3", kIssued));
}

TEST_F(ApiKeyTest, NothingElseIsAKey) {
  const std::string text = KeyText(kId, secret_);
  for (const std::string& other :
       {std::string(), std::string("rk_"), text.substr(1), text.substr(0, text.size() - 2),
        text + "A", "rk_" + std::string(32, 'g') + text.substr(35),
        "rk_" + std::string(32, '0') + "-" + text.substr(36)}) {
    EXPECT_FALSE(ReadKey(other).has_value()) << other;
  }
}

TEST_F(ApiKeyTest, AnotherSecretDoesNotOpen) {
  shown_.secret_sha256 = crypto::Sha256(std::string(32, 't'));
  EXPECT_FALSE(Opens(key_, shown_, "10.1.2.3", kIssued));
}

TEST_F(ApiKeyTest, EndsAtItsTimeAndWhenItIsTakenBack) {
  EXPECT_EQ(key_.StateAt(key_.expire_time - absl::Nanoseconds(1)), KeyState::kLive);
  EXPECT_EQ(key_.StateAt(key_.expire_time), KeyState::kExpired);
  EXPECT_FALSE(Opens(key_, shown_, "10.1.2.3", key_.expire_time));
  key_.revoke_time = kIssued;
  EXPECT_EQ(key_.StateAt(kIssued), KeyState::kRevoked);
  EXPECT_FALSE(Opens(key_, shown_, "10.1.2.3", kIssued));
}

TEST_F(ApiKeyTest, OpensFromItsNetworksOnly) {
  key_.networks = {"10.20.0.0/16", "fd00::/8"};
  for (const char* inside : {"10.20.255.1", "fd12::1", "::ffff:10.20.0.1"}) {
    EXPECT_TRUE(Opens(key_, shown_, inside, kIssued)) << inside;
  }
  for (const char* outside : {"10.21.0.1", "fe80::1", "127.0.0.1", "", "10.20.0.1:80"}) {
    EXPECT_FALSE(Opens(key_, shown_, outside, kIssued)) << outside;
  }
}

TEST_F(ApiKeyTest, LivesAYearAtTheMost) {
  EXPECT_OK(CheckKey(key_, kIssued));
  for (const absl::Duration life :
       {absl::ZeroDuration(), kLongestLife + absl::Seconds(1), -absl::Hours(1)}) {
    key_.expire_time = kIssued + life;
    EXPECT_THAT(CheckKey(key_, kIssued), HasViolation("expire_time")) << life;
  }
}

TEST_F(ApiKeyTest, NamesWhatIsNoNetwork) {
  key_.networks = {"10.0.0.0/8", "10.0.0.0/33", "jiaoyu.example.cn"};
  const absl::Status status = CheckKey(key_, kIssued);
  EXPECT_THAT(status, HasViolation("networks[1]"));
  EXPECT_THAT(status, HasViolation("networks[2]"));
}

}  // namespace
}  // namespace rectify::partner::domain
