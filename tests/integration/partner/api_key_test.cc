// IssueApiKey, ListApiKeys, RevokeApiKey.
#include "tests/integration/partner/fixture.h"

namespace rectify::partner {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ApiKeyTest : public PartnerTest {
 protected:
  ApiKeyTest() : partner_(Create(Sample())->name()) {}
  const std::string partner_;
};

TEST_F(ApiKeyTest, IsToldOnceAndStoredNowhere) {
  ASSERT_OK_AND_ASSIGN(const v1::IssueApiKeyResponse issued, Issue(partner_));
  ASSERT_THAT(issued.secret(), StartsWith("rk_"));
  EXPECT_THAT(Everything(), Not(HasSubstr(issued.secret().substr(36, 20))));
  ASSERT_OK_AND_ASSIGN(const auto keys, Keys(partner_));
  ASSERT_THAT(keys, SizeIs(1));
  EXPECT_EQ(keys[0].SerializeAsString(), issued.api_key().SerializeAsString());
}

TEST_F(ApiKeyTest, ARepeatedRequestHasTheSameKeyButNotItsSecret) {
  ASSERT_OK_AND_ASSIGN(const v1::IssueApiKeyResponse first, Issue(partner_, {}, kRequestId));
  v1::IssueApiKeyRequest request;
  request.set_parent(partner_);
  *request.mutable_api_key()->mutable_expire_time() = first.api_key().expire_time();
  request.set_request_id(kRequestId);
  ASSERT_OK_AND_ASSIGN(
      const v1::IssueApiKeyResponse again,
      Call<v1::IssueApiKeyResponse>(registrar(), "PartnerRegistry.IssueApiKey", request));
  EXPECT_EQ(again.api_key().name(), first.api_key().name());
  EXPECT_EQ(again.secret(), "");
  EXPECT_OK(Exchange(first.secret()));
}

TEST_F(ApiKeyTest, TwoMayLiveAtATime) {
  ASSERT_OK_AND_ASSIGN(const v1::IssueApiKeyResponse first, Issue(partner_));
  ASSERT_OK(Issue(partner_));
  EXPECT_THAT(Issue(partner_), StatusIs(absl::StatusCode::kFailedPrecondition, "API_KEY_LIMIT"));
  ASSERT_OK(Revoke(first.api_key().name()));
  EXPECT_OK(Issue(partner_));
}

TEST_F(ApiKeyTest, NamesWhatIsWrong) {
  EXPECT_THAT(Issue(partner_, {}, "", -absl::Hours(1)).status(),
              HasViolation("api_key.expire_time"));
  EXPECT_THAT(Issue(partner_, {"10.0.0.0/8", "jiaoyu"}).status(),
              HasViolation("api_key.networks[1]"));
  EXPECT_THAT(Issue(absl::StrCat(kParent, "/partners/", kRequestId)),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(ApiKeyTest, OfAnotherPartnerIsNotTakenBack) {
  ASSERT_OK_AND_ASSIGN(const v1::IssueApiKeyResponse issued, Issue(partner_));
  ASSERT_OK_AND_ASSIGN(const v1::Partner other, Create(Sample("住建委")));
  const std::string id = issued.api_key().name().substr(issued.api_key().name().rfind('/') + 1);
  EXPECT_THAT(Revoke(absl::StrCat(other.name(), "/apiKeys/", id)),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_OK(Exchange(issued.secret()));
}

TEST_F(ApiKeyTest, StaysRevoked) {
  ASSERT_OK_AND_ASSIGN(const v1::IssueApiKeyResponse issued, Issue(partner_));
  ASSERT_OK_AND_ASSIGN(const v1::ApiKey revoked, Revoke(issued.api_key().name()));
  EXPECT_EQ(revoked.state(), v1::ApiKey::STATE_REVOKED);
  ASSERT_OK_AND_ASSIGN(const v1::ApiKey again, Revoke(issued.api_key().name()));
  EXPECT_EQ(again.SerializeAsString(), revoked.SerializeAsString());
  EXPECT_THAT(Actions(revoked.name()), SizeIs(2));
}

}  // namespace
}  // namespace rectify::partner
