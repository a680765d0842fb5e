#include "services/gateway/routes/path_template.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pair;

std::optional<std::vector<Capture>> Match(absl::string_view text, absl::string_view path) {
  const absl::StatusOr<PathTemplate> parsed = PathTemplate::Parse(text);
  EXPECT_OK(parsed.status());
  std::vector<std::string> segments = absl::StrSplit(path, '/');
  return parsed->Match(segments);
}

TEST(PathTemplateTest, CapturesNames) {
  EXPECT_THAT(Match("/v1/{name=districts/*/venues/*}", "v1/districts/1/venues/a"),
              Optional(ElementsAre(Pair("name", "districts/1/venues/a"))));
  EXPECT_THAT(
      Match("/v1/sources/{source}/feeds/{feed}:head", "v1/sources/venue/feeds/internal:head"),
      Optional(ElementsAre(Pair("source", "venue"), Pair("feed", "internal"))));
  EXPECT_THAT(Match("/v1/{venue.name=districts/*/venues/*}", "v1/districts/1/venues/a"),
              Optional(ElementsAre(Pair("venue.name", "districts/1/venues/a"))));
  EXPECT_THAT(Match("/v1/calendars", "v1/calendars"), Optional(IsEmpty()));
}

TEST(PathTemplateTest, RestTakesWhatTheOthersLeave) {
  constexpr absl::string_view kAudit = "/v1/{subject=districts/**}/auditEntries";
  EXPECT_THAT(Match(kAudit, "v1/districts/1/venues/a/auditEntries"),
              Optional(ElementsAre(Pair("subject", "districts/1/venues/a"))));
  EXPECT_THAT(Match(kAudit, "v1/districts/1/auditEntries"),
              Optional(ElementsAre(Pair("subject", "districts/1"))));
  EXPECT_EQ(Match(kAudit, "v1/districts/auditEntries"), std::nullopt);
}

TEST(PathTemplateTest, OtherPathsDoNotMatch) {
  constexpr absl::string_view kClose = "/v1/{name=districts/*/venues/*}:close";
  for (const char* path :
       {"v1/districts/1/venues/a", "v1/districts/1/venues/a:open", "v1/districts/1/venues/:close",
        "v1/districts/1/orders/a:close", "v1/districts/1/venues/a/b:close",
        "v2/districts/1/venues/a:close", "v1/districts/1/venues/a:b:close"}) {
    EXPECT_EQ(Match(kClose, path), std::nullopt) << path;
  }
  EXPECT_EQ(Match("/v1/{name=districts/*/venues/*}", "v1/districts/1/venues/a:close"),
            std::nullopt);
  EXPECT_EQ(Match("/v1/calendars", ""), std::nullopt);
}

TEST(PathTemplateTest, AnEncodedSlashMakesNoOtherName) {
  ASSERT_OK_AND_ASSIGN(const PathTemplate parsed,
                       PathTemplate::Parse("/v1/{name=districts/*/venues/*}"));
  EXPECT_EQ(parsed.Match({"v1", "districts", "1/venues/b", "venues", "a"}), std::nullopt);
}

TEST(PathTemplateTest, RefusesWhatIsNoTemplate) {
  for (const char* text : {"", "v1", "/", "/v1/", "/v1/{name", "/v1/{name=a/**/b/**}", "/v1//a",
                           "/v1/a*", "/v1/{a=}b"}) {
    EXPECT_FALSE(PathTemplate::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace rectify::gateway
