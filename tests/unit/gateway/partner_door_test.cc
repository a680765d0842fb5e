// Keys and requests of partners, and logins of people, as a gateway remembers them.
#include "services/gateway/partners/partner_door.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "libs/testing/status_matchers.h"

namespace rectify::gateway {
namespace {

using partner::v1::Passport;
using partner::v1::TakeRequestsRequest;
using partner::v1::TakeRequestsResponse;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;

constexpr char kPartner[] = "districts/120110/partners/p";

absl::Status Refusal() {
  return MakeError(absl::StatusCode::kUnauthenticated,
                   {.reason = "API_KEY_INVALID", .text = {}, .metadata = {}, .violations = {}});
}

class PassportsTest : public ::testing::Test {
 protected:
  // The registry answers when the test says so.
  void Answer(absl::StatusOr<std::string> token, absl::Duration life = absl::Minutes(5)) {
    const auto answer = std::exchange(answer_, nullptr);
    if (!token.ok()) return answer(token.status());
    Passport passport;
    passport.set_token(*token);
    *passport.mutable_expire_time() = rpc::ToTimestamp(now_ + life);
    answer(passport);
  }
  // The token that a request gets, or why none; "…" when it still waits.
  std::shared_ptr<std::string> Get(const std::string& key, const std::string& address = "10.0.0.1",
                                   const std::string& language = "zh-CN") {
    return GetFrom(passports_, key, address, language);
  }
  static std::shared_ptr<std::string> GetFrom(Passports& passports, const std::string& key,
                                              const std::string& address,
                                              const std::string& language) {
    auto told = std::make_shared<std::string>("…");
    passports.Get(
        {key, address, language}, [told](const absl::StatusOr<Passports::Passport>& passport) {
          *told = passport.ok() ? (*passport)->token() : std::string(passport.status().message());
        });
    return told;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  int asked_ = 0;
  std::function<void(absl::StatusOr<Passport>)> answer_;
  const Passports::Ask ask_ = [this](const Credential& shown,
                                     std::function<void(absl::StatusOr<Passport>)> done) {
    ++asked_;
    shown_ = shown.text;
    answer_ = std::move(done);
  };
  std::string shown_;
  Passports passports_{ask_, [this] { return now_; }, Passports::Follow::kRevocations};
};

TEST_F(PassportsTest, OneQuestionServesAllWhoWaitAndAllOfTenSeconds) {
  const auto first = Get("rk_a"), second = Get("rk_a");
  EXPECT_EQ(*first, "…");
  Answer("t1");
  EXPECT_EQ(*first, "t1");
  EXPECT_EQ(*second, "t1");
  now_ += absl::Milliseconds(9'999);
  EXPECT_EQ(*Get("rk_a"), "t1");
  EXPECT_EQ(asked_, 1);
  now_ += absl::Milliseconds(1);
  const auto later = Get("rk_a");
  Answer("t2");
  EXPECT_EQ(*later, "t2");
}

TEST_F(PassportsTest, AnotherKeyOrAddressIsAnotherQuestion) {
  Get("rk_a");
  Answer("t1");
  const auto other_address = Get("rk_a", "10.0.0.2");
  EXPECT_EQ(*other_address, "…");
  Answer(Refusal());
  EXPECT_EQ(*Get("rk_b"), "…");
  EXPECT_EQ(asked_, 3);
}

TEST_F(PassportsTest, ARefusalIsFollowedWithinTenSeconds) {
  Get("rk_a");
  Answer("t1");
  now_ += absl::Seconds(10);
  const auto revoked = Get("rk_a");
  Answer(Refusal());
  EXPECT_NE(*revoked, "t1");
  EXPECT_NE(*Get("rk_a"), "…") << "and is remembered";
  EXPECT_EQ(asked_, 2);
}

TEST_F(PassportsTest, WhileTheRegistryIsAwayATokenServesAsLongAsItLives) {
  Get("rk_a");
  Answer("t1", absl::Seconds(60));
  now_ += absl::Seconds(20);
  const auto during = Get("rk_a");
  Answer(absl::UnavailableError("away"));
  EXPECT_EQ(*during, "t1");
  now_ += absl::Milliseconds(999);
  EXPECT_EQ(*Get("rk_a"), "t1");
  EXPECT_EQ(asked_, 2) << "and is not asked again for a second";
  now_ += absl::Seconds(10);
  const auto too_old = Get("rk_a");
  Answer(absl::UnavailableError("away"));
  EXPECT_EQ(*too_old, "away");
}

TEST_F(PassportsTest, ARefusalIsWordedForWhoeverAsks) {
  Get("rk_a", "10.0.0.1", "zh-CN");
  Answer(Refusal());
  EXPECT_EQ(*Get("rk_a", "10.0.0.1", "en"), "…");
  EXPECT_EQ(asked_, 2);
}

TEST_F(PassportsTest, WhatCantBeTakenBackServesUntilShortlyBeforeItsTokenEnds) {
  Passports logins{ask_, [this] { return now_; }, Passports::Follow::kNothing};
  const auto get = [&] { return GetFrom(logins, "token", "", "zh-CN"); };
  get();
  EXPECT_EQ(shown_, "token");
  Answer("t1", absl::Minutes(5));
  now_ += absl::Minutes(5) - absl::Seconds(30) - absl::Milliseconds(1);
  EXPECT_EQ(*get(), "t1");
  EXPECT_EQ(asked_, 1);
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(*get(), "…");
  Answer("t2", absl::Seconds(5));
  EXPECT_EQ(*get(), "t2") << "services take it for a minute longer than it says";
  EXPECT_EQ(asked_, 2);
  now_ += absl::Seconds(10);
  EXPECT_EQ(*get(), "…");
  Answer(MakeError(absl::StatusCode::kPermissionDenied,
                   {.reason = "LOGIN_NOT_ASSIGNED", .text = {}, .metadata = {}, .violations = {}}));
  EXPECT_NE(*get(), "…") << "and a refusal is remembered";
}

TEST_F(PassportsTest, WrongKeysDoNotFillTheMemory) {
  for (int i = 0; i < 20'500; ++i) {
    Get(absl::StrCat("rk_", i));
    Answer(Refusal());
  }
  EXPECT_EQ(asked_, 20'500);
  Get("rk_20499");
  EXPECT_EQ(asked_, 20'500) << "the newest are remembered";
  Get("rk_0");
  EXPECT_EQ(asked_, 20'501) << "the oldest are not";
}

TEST_F(PassportsTest, WrongKeysDoNotPushOutGoodOnes) {
  Get("rk_good");
  Answer("t1");
  for (int i = 0; i < 10'500; ++i) {
    Get(absl::StrCat("rk_", i));
    Answer(Refusal());
  }
  EXPECT_EQ(*Get("rk_good"), "t1");
}

std::string Jwt(const std::string& claims) {
  return absl::StrCat("e30.", absl::WebSafeBase64Escape(claims), ".c2ln");
}

TEST(KindOf, TellsKeysAndTokensOfOthersFromOurOwn) {
  EXPECT_EQ(KindOf("rk_a"), CredentialKind::kApiKey);
  EXPECT_EQ(KindOf(Jwt("{\"iss\":\"svc-gateway\"}")), CredentialKind::kOwn);
  for (const char* issuer : {"people", "partners", "svc-venue"}) {
    EXPECT_EQ(KindOf(Jwt(absl::StrCat("{\"iss\":\"", issuer, "\"}"))), CredentialKind::kToken);
  }
  for (const char* issuer : {"https://idp.example.cn", "People", "svc-", ""}) {
    EXPECT_EQ(KindOf(Jwt(absl::StrCat("{\"iss\":\"", issuer, "\"}"))), CredentialKind::kIdToken)
        << issuer;
  }
}

TEST(KindOf, LeavesWhatCantBeReadToTheServices) {
  for (const std::string& text :
       {std::string(), std::string("."), std::string("a.b.c"), std::string("rk"), Jwt(""),
        Jwt("[]"), Jwt("{}"), Jwt("{\"iss\":7}"), Jwt("{\"iss\":"),
        Jwt("{\"iss\":\"https://a\"}") + ".more"}) {
    EXPECT_EQ(KindOf(text), CredentialKind::kToken) << text;
  }
}

TEST(InScope, NamesAMethodOrAllOfAService) {
  Passport passport;
  passport.add_scopes("rectify.hazard.v1.Leads.*");
  passport.add_scopes("rectify.venue.v1.VenueRegistry.GetVenue");
  EXPECT_TRUE(InScope(passport, "rectify.hazard.v1.Leads.CreateLead"));
  EXPECT_TRUE(InScope(passport, "rectify.venue.v1.VenueRegistry.GetVenue"));
  EXPECT_FALSE(InScope(passport, "rectify.venue.v1.VenueRegistry.GetVenueX"));
  EXPECT_FALSE(InScope(passport, "rectify.hazard.v1.LeadsX.CreateLead"));
}

class QuotasTest : public ::testing::Test {
 protected:
  void Answer(int granted, int left) {
    TakeRequestsResponse response;
    response.set_granted(granted);
    response.set_left(left);
    *response.mutable_reset_time() = rpc::ToTimestamp(reset_);
    std::exchange(answer_, nullptr)(response);
  }
  std::shared_ptr<std::optional<Standing>> Take(int limit = 100) {
    auto told = std::make_shared<std::optional<Standing>>();
    quotas_.Take(kPartner, limit, [told](const Standing& standing) { *told = standing; });
    return told;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'800'000'010);
  absl::Time reset_ = absl::FromUnixSeconds(1'800'000'060);
  std::vector<int> wanted_;
  std::function<void(absl::StatusOr<TakeRequestsResponse>)> answer_;
  Quotas quotas_{[this](const TakeRequestsRequest& request,
                        std::function<void(absl::StatusOr<TakeRequestsResponse>)> done) {
                   wanted_.push_back(request.wanted());
                   answer_ = std::move(done);
                 },
                 [this] { return now_; }};
};

TEST_F(QuotasTest, TakesSomeAtATime) {
  const auto first = Take();
  EXPECT_FALSE(first->has_value());
  Answer(5, 95);
  ASSERT_TRUE(first->has_value());
  EXPECT_TRUE((*first)->granted);
  EXPECT_EQ((*first)->left, 99);
  EXPECT_EQ((*first)->limit, 100);
  EXPECT_EQ((*first)->reset, reset_);
  for (int left : {98, 97, 96, 95}) EXPECT_EQ((*Take())->left, left);
  EXPECT_FALSE(Take()->has_value());
  EXPECT_THAT(wanted_, ElementsAre(5, 5));
}

TEST_F(QuotasTest, WhoeverWaitsIsCountedAndWhatIsMissingIsAskedForAgain) {
  std::vector<std::shared_ptr<std::optional<Standing>>> waiting;
  for (int i = 0; i < 8; ++i) waiting.push_back(Take());
  Answer(5, 95);
  int granted = 0;
  for (const auto& each : waiting) granted += each->has_value() ? 1 : 0;
  EXPECT_EQ(granted, 5);
  EXPECT_THAT(wanted_, ElementsAre(5, 5));
  Answer(5, 90);
  for (const auto& each : waiting) EXPECT_TRUE(each->has_value() && (*each)->granted);
}

TEST_F(QuotasTest, AUsedUpMinuteRefusesWithoutAsking) {
  const auto refused = Take();
  Answer(0, 0);
  ASSERT_TRUE(refused->has_value());
  EXPECT_FALSE((*refused)->granted);
  EXPECT_FALSE((*Take())->granted);
  EXPECT_THAT(wanted_, ElementsAre(5));
  now_ = reset_;
  EXPECT_FALSE(Take()->has_value()) << "the next minute is asked for";
}

TEST_F(QuotasTest, WhatCannotBeCountedIsLetThroughUpToTheLimit) {
  const auto first = Take(3);
  std::exchange(answer_, nullptr)(absl::UnavailableError("away"));
  EXPECT_TRUE((*first)->granted);
  EXPECT_TRUE((*Take(3))->granted);
  EXPECT_TRUE((*Take(3))->granted);
  const auto fourth = Take(3);
  EXPECT_FALSE(fourth->has_value()) << "the registry is asked again";
  std::exchange(answer_, nullptr)(absl::UnavailableError("away"));
  EXPECT_FALSE((*fourth)->granted);
}

TEST(AddStanding, TellsWhatIsLeftAndWhenItReturns) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'010);
  http::Headers headers;
  AddStanding({true, 600, 50, now + absl::Milliseconds(29'500)}, now, headers);
  EXPECT_EQ(headers.Get("RateLimit-Policy"), "\"minute\";q=600;w=60");
  EXPECT_EQ(headers.Get("RateLimit"), "\"minute\";r=50;t=30");
  EXPECT_FALSE(headers.Has("Retry-After"));
  AddStanding({false, 600, 0, now}, now, headers);
  EXPECT_EQ(headers.Get("Retry-After"), "1");
}

}  // namespace
}  // namespace rectify::gateway
