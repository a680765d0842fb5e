#include "libs/outbound/webhook.h"

#include "gtest/gtest.h"
#include "libs/crypto/crypto.h"
#include "libs/crypto/ed25519.h"
#include "libs/testing/status_matchers.h"

namespace rectify::outbound {
namespace {

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kSeed(32, '\x07');

// The example of the specification's reference libraries.
TEST(SignWebhook, AgreesWithTheReferenceLibraries) {
  const std::optional<std::string> secret = ReadWebhookSecret(kSecret);
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(SignWebhook({WebhookKey::Kind::kHmacSha256, *secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        "1614265330", R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(SignWebhook, ByEd25519CanBeVerifiedWithThePublicKeyAlone) {
  const std::string text =
      SignWebhook({WebhookKey::Kind::kEd25519, kSeed}, "msg", "1614265330", "{}");
  ASSERT_EQ(text.substr(0, 4), "v1a,");
  ASSERT_OK_AND_ASSIGN(const std::string signature, crypto::FromBase64(text.substr(4)));
  const std::string shown = WebhookPublicKeyText(kSeed);
  ASSERT_EQ(shown.substr(0, 5), "whpk_");
  ASSERT_OK_AND_ASSIGN(const std::string key, crypto::FromBase64(shown.substr(5)));
  EXPECT_TRUE(crypto::VerifiesEd25519(key, signature, "msg.1614265330.{}"));
  EXPECT_FALSE(crypto::VerifiesEd25519(key, signature, "msg.1614265331.{}"));
}

TEST(WebhookSecret, IsReadAsItIsWritten) {
  const std::optional<std::string> secret = ReadWebhookSecret(kSecret);
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(WebhookSecretText(*secret), kSecret);
  for (const char* wrong :
       {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!"}) {
    EXPECT_EQ(ReadWebhookSecret(wrong), std::nullopt) << wrong;
  }
}

TEST(WebhookTarget, IsOfHttpAndHttpsOnly) {
  const auto target = ReadWebhookTarget("HTTPS://user@Hooks.Example.cn:8443/a?b=c");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->scheme, "https");
  EXPECT_EQ(target->host, "hooks.example.cn");
  for (const char* wrong : {"file:///etc/passwd", "gopher://127.0.0.1/", "not a url", ""}) {
    EXPECT_FALSE(ReadWebhookTarget(wrong).has_value()) << wrong;
  }
}

TEST(CallWebhook, CallsNothingThatIsNotListed) {
  ASSERT_OK_AND_ASSIGN(const AllowList none, AllowList::Parse({}));
  const WebhookReply reply = CallWebhook("http://127.0.0.1:9/", {"id", "application/json", "{}"},
                                         {{WebhookKey::Kind::kEd25519, kSeed}}, none);
  EXPECT_EQ(reply.kind, WebhookReply::Kind::kNotAllowed);
}

}  // namespace
}  // namespace rectify::outbound
