#include "libs/base/ids.h"

#include <set>

#include "gtest/gtest.h"

namespace rectify {
namespace {

// The instant of the example in RFC 9562, A.6: 017f22e2-79b0-7...
const absl::Time kRfcExample = absl::FromUnixMillis(0x017F22E279B0);

TEST(NewUuid7Test, BeginsWithTheTimeAndIsMarkedAsVersion7) {
  const std::string id = NewUuid7(kRfcExample);
  EXPECT_TRUE(IsUuid(id)) << id;
  EXPECT_EQ(id.substr(0, 15), "017f22e2-79b0-7");
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
}

TEST(NewUuid7Test, DiffersAtOneInstantAndSortsByTime) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(NewUuid7(kRfcExample));
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_LT(*ids.rbegin(), NewUuid7(kRfcExample + absl::Milliseconds(1)));
}

TEST(DeriveUuid7Test, RepeatsForTheSameCauseOnly) {
  const std::string id = DeriveUuid7(kRfcExample, "hazard/1/42", "order");
  EXPECT_TRUE(IsUuid(id)) << id;
  EXPECT_EQ(id.substr(0, 15), "017f22e2-79b0-7");
  EXPECT_EQ(id, DeriveUuid7(kRfcExample, "hazard/1/42", "order"));
  EXPECT_NE(id, DeriveUuid7(kRfcExample, "hazard/1/42", "order2"));
  EXPECT_NE(id, DeriveUuid7(kRfcExample, "hazard/1/43", "order"));
  EXPECT_NE(id, DeriveUuid7(kRfcExample + absl::Milliseconds(1), "hazard/1/42", "order"));
  EXPECT_NE(DeriveUuid7(kRfcExample, "a", "bc"), DeriveUuid7(kRfcExample, "ab", "c"));
}

TEST(DeriveUuid7Test, StaysTheSameAcrossReleases) {
  // From SHA-256("parent", 0x00, "step"); stored ids depend on it.
  EXPECT_EQ(DeriveUuid7(kRfcExample, "parent", "step"), "017f22e2-79b0-7e53-82de-f4ad46092d72");
  EXPECT_EQ(DeriveRequestId("parent", "step"), "a9cf1a22-bcb9-5e53-82de-f4ad46092d72");
}

TEST(DeriveRequestIdTest, IsAUuidThatDependsOnTheCauseOnly) {
  const std::string id = DeriveRequestId("hazard/1/42", "draft");
  EXPECT_TRUE(IsUuid(id)) << id;
  EXPECT_EQ(id[14], '5');
  EXPECT_EQ(id, DeriveRequestId("hazard/1/42", "draft"));
  EXPECT_NE(id, DeriveRequestId("hazard/1/42", "serve"));
}

TEST(IsUuidTest, AcceptsTheLowerCaseCanonicalFormOnly) {
  EXPECT_TRUE(IsUuid("919108f7-52d1-4320-9bac-f847db4148a8"));
  for (const char* text :
       {"", "919108F7-52d1-4320-9bac-f847db4148a8", "919108f752d143209bacf847db4148a8",
        "919108f7-52d1-4320-9bac-f847db4148a", "919108f7-52d1-4320-9bac-f847db4148a8a",
        "919108f7-52d1-4320-9bac_f847db4148a8", "g19108f7-52d1-4320-9bac-f847db4148a8",
        "{919108f7-52d1-4320-9bac-f847db4148}"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
}

}  // namespace
}  // namespace rectify
