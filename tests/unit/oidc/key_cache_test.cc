// Keys that come and go, and a provider that is away, under a clock that the test moves.
#include "libs/oidc/key_cache.h"

#include <map>
#include <set>

#include "gmock/gmock.h"
#include "libs/testing/status_matchers.h"
#include "tests/unit/oidc/signer.h"

namespace rectify::oidc {
namespace {

using Json = nlohmann::json;
using ::rectify::testing::StatusIs;

constexpr char kDiscovery[] = "https://idp.example.cn/realms/fire/.well-known/openid-configuration";
constexpr char kKeys[] = "https://keys.example.cn/jwks";

class KeyCacheTest : public ::testing::Test {
 protected:
  KeyCacheTest() {
    pages_[kDiscovery] = {Json{{"issuer", kIssuer}, {"jwks_uri", kKeys}}.dump(), std::nullopt};
    Publish({"a"});
  }

  void Publish(const std::set<std::string>& ids,
               std::optional<absl::Duration> max_age = std::nullopt) {
    std::vector<Signer> signers;
    for (const std::string& id : ids) signers.push_back(Signer::P256(id));
    pages_[kKeys] = {KeySetOf(signers).dump(), max_age};
  }
  absl::StatusOr<Document> Answer(const std::string& url) {
    ++asked_[url];
    if (away_ || pages_.count(url) == 0) return absl::UnavailableError("away");
    return pages_[url];
  }
  absl::Status Find(const std::string& id) {
    cache_.Refresh();  // as a timer does
    return cache_.Find(id, Algorithm::kEs256).status();
  }
  void ExpectNone(const std::string& id) {
    EXPECT_THAT(Find(id), StatusIs(absl::StatusCode::kUnauthenticated, "ID_TOKEN_INVALID"));
  }
  void ExpectUnavailable(const std::string& id) {
    EXPECT_THAT(Find(id), StatusIs(absl::StatusCode::kUnavailable, "LOGIN_UNAVAILABLE"));
  }

  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  bool away_ = false;
  std::map<std::string, Document> pages_;
  std::map<std::string, int> asked_;
  KeyCache cache_{kIssuer, [this](const std::string& url) { return Answer(url); },
                  [this] { return now_; }};
};

TEST_F(KeyCacheTest, AsksOnceForAll) {
  for (int i = 0; i < 3; ++i) EXPECT_OK(Find("a"));
  EXPECT_EQ(asked_[kDiscovery], 1);
  EXPECT_EQ(asked_[kKeys], 1);
}

TEST_F(KeyCacheTest, AKeyIsOfItsAlgorithm) {
  EXPECT_OK(Find("a"));
  EXPECT_THAT(cache_.Find("a", Algorithm::kRs256),
              StatusIs(absl::StatusCode::kUnauthenticated, "ID_TOKEN_INVALID"));
}

TEST_F(KeyCacheTest, NobodyWaitsForAKeyThatIsThere) {
  EXPECT_OK(Find("a"));
  now_ += absl::Hours(24);
  EXPECT_OK(cache_.Find("a", Algorithm::kEs256).status());
  EXPECT_EQ(asked_[kKeys], 1);
}

// ---- How long it is kept

TEST_F(KeyCacheTest, IsKeptAsLongAsItSaysBetweenAMinuteAndADay) {
  struct Case {
    std::optional<absl::Duration> says;
    absl::Duration kept;
  };
  for (const Case& each :
       {Case{absl::ZeroDuration(), absl::Minutes(1)}, Case{absl::Seconds(59), absl::Minutes(1)},
        Case{absl::Minutes(10), absl::Minutes(10)}, Case{absl::Hours(24 * 30), absl::Hours(24)},
        Case{std::nullopt, absl::Hours(1)}}) {
    Publish({"a"}, each.says);
    now_ += absl::Hours(48);
    EXPECT_OK(Find("a"));
    const int asked = asked_[kKeys];
    now_ += each.kept - absl::Milliseconds(1);
    EXPECT_OK(Find("a"));
    EXPECT_EQ(asked_[kKeys], asked) << each.kept;
    now_ += absl::Milliseconds(1);
    EXPECT_OK(Find("a"));
    EXPECT_EQ(asked_[kKeys], asked + 1) << each.kept;
  }
}

TEST_F(KeyCacheTest, TheDiscoveryDocumentHasATermOfItsOwn) {
  Publish({"a"}, absl::Minutes(1));
  EXPECT_OK(Find("a"));
  now_ += absl::Minutes(59);
  EXPECT_OK(Find("a"));
  EXPECT_EQ(asked_[kDiscovery], 1);
  EXPECT_EQ(asked_[kKeys], 2);
  now_ += absl::Minutes(1);
  EXPECT_OK(Find("a"));
  EXPECT_EQ(asked_[kDiscovery], 2);
}

TEST_F(KeyCacheTest, KeysThatHaveMovedAreFoundAgain) {
  constexpr char kMoved[] = "https://keys.example.cn/new";
  pages_[kDiscovery].max_age = absl::Hours(24);
  EXPECT_OK(Find("a"));
  pages_[kMoved] = {KeySetOf({Signer::P256("b")}).dump(), std::nullopt};
  pages_[kDiscovery].body = Json{{"issuer", kIssuer}, {"jwks_uri", kMoved}}.dump();
  pages_.erase(kKeys);
  now_ += absl::Hours(1);
  EXPECT_OK(Find("a"));
  now_ += absl::Seconds(30);
  EXPECT_OK(Find("b"));
  ExpectNone("a");
}

TEST_F(KeyCacheTest, AKeyThatIsTakenBackEndsWithItsTerm) {
  EXPECT_OK(Find("a"));
  Publish({"b"});
  now_ += absl::Hours(1);
  ExpectNone("a");
  EXPECT_OK(Find("b"));
}

TEST_F(KeyCacheTest, AnEmptySetTakesAllKeysBack) {
  EXPECT_OK(Find("a"));
  Publish({});
  now_ += absl::Hours(1);
  ExpectNone("a");
}

// ---- Rotation

TEST_F(KeyCacheTest, ANewKeyIsFoundAtOnce) {
  EXPECT_OK(Find("a"));
  now_ += absl::Seconds(30);
  Publish({"a", "b"});
  EXPECT_OK(Find("b"));
  EXPECT_OK(Find("a"));
}

TEST_F(KeyCacheTest, UnknownKeysAreAskedForEveryHalfMinuteAtMost) {
  EXPECT_OK(Find("a"));
  for (int i = 0; i < 5; ++i) ExpectNone("forged");
  EXPECT_EQ(asked_[kKeys], 1) << "they were fetched just now";
  now_ += absl::Seconds(30);
  for (int i = 0; i < 5; ++i) ExpectNone("forged");
  EXPECT_EQ(asked_[kKeys], 2);
  now_ += absl::Milliseconds(29'999);
  ExpectNone("another");
  EXPECT_EQ(asked_[kKeys], 2);
  now_ += absl::Milliseconds(1);
  ExpectNone("another");
  EXPECT_EQ(asked_[kKeys], 3);
}

// ---- Outage

TEST_F(KeyCacheTest, WhileTheProviderIsAwayItsKeysGoOnForADay) {
  EXPECT_OK(Find("a"));
  away_ = true;
  now_ += absl::Hours(1);
  EXPECT_OK(Find("a"));
  ExpectUnavailable("b");  // it may have been published since
  now_ += absl::Hours(24) - absl::Milliseconds(1);
  EXPECT_OK(Find("a"));
  now_ += absl::Milliseconds(1);
  ExpectUnavailable("a");
  away_ = false;
  now_ += absl::Seconds(30);
  EXPECT_OK(Find("a"));
}

TEST_F(KeyCacheTest, WhoeverIsAwayIsAskedEveryHalfMinuteAtMost) {
  away_ = true;
  for (int i = 0; i < 5; ++i) ExpectUnavailable("a");
  EXPECT_EQ(asked_[kDiscovery], 1);
  now_ += absl::Seconds(30);
  ExpectUnavailable("a");
  EXPECT_EQ(asked_[kDiscovery], 2);
}

TEST_F(KeyCacheTest, ADocumentThatIsWrongChangesNothing) {
  EXPECT_OK(Find("a"));
  for (const char* text : {"", "<html>", "[]", "{\"keys\":7}"}) {
    now_ += absl::Hours(1);
    pages_[kKeys].body = text;
    EXPECT_OK(Find("a")) << text;
  }
}

// ---- Whose keys

TEST_F(KeyCacheTest, AnotherIssuersDocumentIsNotFollowed) {
  for (const Json& wrong : {Json{{"issuer", "https://evil.example.cn"}, {"jwks_uri", kKeys}},
                            Json{{"jwks_uri", kKeys}}, Json{{"issuer", kIssuer}},
                            Json{{"issuer", kIssuer}, {"jwks_uri", "http://keys.example.cn/"}},
                            Json{{"issuer", kIssuer}, {"jwks_uri", 7}}, Json::array(), Json()}) {
    pages_[kDiscovery].body = wrong.dump();
    now_ += absl::Seconds(30);
    ExpectUnavailable("a");
    EXPECT_EQ(asked_[kKeys], 0) << wrong;
  }
}

TEST_F(KeyCacheTest, ASlashAtTheEndOfTheIssuerIsNotDoubled) {
  const std::string issuer = std::string(kIssuer) + "/";
  pages_[kDiscovery].body = Json{{"issuer", issuer}, {"jwks_uri", kKeys}}.dump();
  KeyCache cache(
      issuer, [this](const std::string& url) { return Answer(url); }, [this] { return now_; });
  EXPECT_OK(cache.Find("a", Algorithm::kEs256));
}

// ---- Together

TEST_F(KeyCacheTest, WhileOneFetchesTheOthersGoOn) {
  std::vector<absl::Status> others;
  KeyCache* cache = nullptr;
  KeyCache slow(
      kIssuer,
      [&](const std::string& url) {
        if (url == kKeys) {
          for (const char* id : {"a", "b"}) {
            others.push_back(cache->Find(id, Algorithm::kEs256).status());
          }
        }
        return Answer(url);
      },
      [this] { return now_; });
  cache = &slow;
  slow.Refresh();
  EXPECT_THAT(others,
              ::testing::Each(StatusIs(absl::StatusCode::kUnavailable, "LOGIN_UNAVAILABLE")));
  others.clear();
  now_ += absl::Hours(1);
  slow.Refresh();
  ASSERT_EQ(others.size(), 2);
  EXPECT_OK(others[0]);
  EXPECT_THAT(others[1], StatusIs(absl::StatusCode::kUnavailable, "LOGIN_UNAVAILABLE"));
  EXPECT_EQ(asked_[kKeys], 2);
}

}  // namespace
}  // namespace rectify::oidc
