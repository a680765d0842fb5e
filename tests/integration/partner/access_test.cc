// ExchangeApiKey, TakeRequests.
#include <atomic>
#include <thread>

#include "libs/rpc/convert.h"
#include "libs/rpc/token.h"
#include "tests/integration/partner/fixture.h"

namespace rectify::partner {
namespace {

using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;

class AccessTest : public PartnerTest {
 protected:
  AccessTest() : partner_(Create(Sample())->name()) {}

  void Refused(const std::string& key, const std::string& address = "10.20.1.1") {
    EXPECT_THAT(Exchange(key, address),
                StatusIs(absl::StatusCode::kUnauthenticated, "API_KEY_INVALID"));
  }
  const std::string partner_;
};

TEST_F(AccessTest, AKeyBecomesATokenOfThePartner) {
  ASSERT_OK_AND_ASSIGN(const v1::IssueApiKeyResponse issued, Issue(partner_));
  ASSERT_OK_AND_ASSIGN(const v1::Passport passport, Exchange(issued.secret()));
  EXPECT_EQ(passport.partner(), partner_);
  EXPECT_THAT(passport.scopes(), ElementsAre("rectify.hazard.v1.Leads.*"));
  EXPECT_EQ(passport.requests_per_minute(), 600);
  ASSERT_OK_AND_ASSIGN(const auto verifier,
                       rpc::TokenVerifier::FromFolder(system_.keys() + "/public"));
  ASSERT_OK_AND_ASSIGN(const rpc::Caller caller, verifier->Verify(passport.token()));
  EXPECT_EQ(caller.subject, partner_);
  EXPECT_EQ(caller.district, "120110");
  EXPECT_THAT(caller.roles, ElementsAre("DEPARTMENT_STAFF"));
  EXPECT_THAT(caller.posts, ElementsAre("districts/120110/departments/jiaoyu"));
}

TEST_F(AccessTest, TheTokenDoesNotOutliveTheKey) {
  ASSERT_OK_AND_ASSIGN(const v1::IssueApiKeyResponse issued,
                       Issue(partner_, {}, "", absl::Minutes(2)));
  ASSERT_OK_AND_ASSIGN(const v1::Passport passport, Exchange(issued.secret()));
  EXPECT_EQ(passport.expire_time().seconds(), issued.api_key().expire_time().seconds());
}

TEST_F(AccessTest, OneAnswerForEveryKeyThatDoesNotWork) {
  ASSERT_OK_AND_ASSIGN(const v1::IssueApiKeyResponse issued, Issue(partner_, {"10.20.0.0/16"}));
  ASSERT_OK(Exchange(issued.secret()));
  Refused(issued.secret(), "10.21.0.1");
  std::string wrong = issued.secret();
  wrong[40] = wrong[40] == 'A' ? 'B' : 'A';
  Refused(wrong);
  Refused("rk_nonsense");
  Refused(std::string("rk_") + std::string(32, '0') + issued.secret().substr(35));
  ASSERT_OK(Suspend(partner_));
  Refused(issued.secret());
  ASSERT_OK(Resume(partner_));
  ASSERT_OK(Exchange(issued.secret()));
  ASSERT_OK(Revoke(issued.api_key().name()));
  Refused(issued.secret());
}

TEST_F(AccessTest, IsForServicesOnly) {
  v1::ExchangeApiKeyRequest request;
  request.set_api_key("rk_x");
  request.set_remote_address("10.0.0.1");
  EXPECT_THAT(Call<v1::Passport>(registrar(), "PartnerAccess.ExchangeApiKey", request),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
}

TEST_F(AccessTest, AMinuteHasSoManyRequests) {
  v1::Partner partner = *Get(partner_);
  partner.set_requests_per_minute(50);
  ASSERT_OK(Update(partner, {"requests_per_minute"}));
  real_now_ += absl::Seconds(10);
  ASSERT_OK_AND_ASSIGN(const v1::TakeRequestsResponse first, Take(partner_, 30));
  EXPECT_EQ(first.granted(), 30);
  EXPECT_EQ(first.left(), 20);
  EXPECT_EQ(rpc::ToTime(first.reset_time()), real_now_ + absl::Seconds(50));
  ASSERT_OK_AND_ASSIGN(const v1::TakeRequestsResponse second, Take(partner_, 30));
  EXPECT_EQ(second.granted(), 20);
  ASSERT_OK_AND_ASSIGN(const v1::TakeRequestsResponse third, Take(partner_, 30));
  EXPECT_EQ(third.granted(), 0);
  real_now_ += absl::Seconds(50);
  ASSERT_OK_AND_ASSIGN(const v1::TakeRequestsResponse next, Take(partner_, 30));
  EXPECT_EQ(next.granted(), 30);
}

TEST_F(AccessTest, AMinuteThatWasCutDownGivesNothingBack) {
  ASSERT_OK(Take(partner_, 300));
  v1::Partner partner = *Get(partner_);
  partner.set_requests_per_minute(50);
  ASSERT_OK(Update(partner, {"requests_per_minute"}));
  ASSERT_OK_AND_ASSIGN(const v1::TakeRequestsResponse taken, Take(partner_, 1));
  EXPECT_EQ(taken.granted(), 0);
  EXPECT_EQ(taken.left(), 0);
}

TEST_F(AccessTest, GatewaysTogetherTakeNoMoreThanTheMinuteHas) {
  std::vector<std::thread> gateways;
  std::atomic<int> granted = 0;
  for (int i = 0; i < 4; ++i) {
    gateways.emplace_back([&] {
      for (int n = 0; n < 40; ++n) {
        absl::StatusOr<v1::TakeRequestsResponse> taken = Take(partner_, 7);
        ASSERT_OK(taken);
        granted += taken->granted();
      }
    });
  }
  for (std::thread& gateway : gateways) gateway.join();
  EXPECT_EQ(granted, 600);
}

TEST_F(AccessTest, OldMinutesAreForgotten) {
  ASSERT_OK(Take(partner_, 1));
  real_now_ += absl::Hours(2);
  system_.Settle();
  ASSERT_OK(Take(partner_, 1));
  static constexpr pg::Statement kMinutes = {"test.minutes", "select count(*) from used_minutes"};
  ASSERT_OK_AND_ASSIGN(
      const int64_t minutes,
      host_->pool().TransactValue("minutes", {}, [](pg::Tx& tx) -> absl::StatusOr<int64_t> {
        ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kMinutes));
        return rows[0].Int(0);
      }));
  EXPECT_EQ(minutes, 1);
}

}  // namespace
}  // namespace rectify::partner
