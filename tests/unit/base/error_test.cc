#include "libs/base/error.h"

#include "absl/strings/cord.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/testing/status_matchers.h"

namespace rectify {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;

TEST(ErrorTest, CarriesEveryPartOfItsDetail) {
  const absl::Status status = MakeError(absl::StatusCode::kFailedPrecondition,
                                        {.reason = "ORDER_STATE",
                                         .text = {"文书已送达，不能作废", "the order was served"},
                                         .metadata = {{"state", "SERVED"}, {"allowed", "DRAFTED"}},
                                         .violations = {{"order", {"文书", "order"}}}});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "the order was served");
  const auto detail = DetailOf(status);
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->reason, "ORDER_STATE");
  EXPECT_EQ(detail->text.zh, "文书已送达，不能作废");
  EXPECT_EQ(detail->text.en, "the order was served");
  EXPECT_EQ(detail->metadata,
            (std::map<std::string, std::string>{{"state", "SERVED"}, {"allowed", "DRAFTED"}}));
  ASSERT_EQ(detail->violations.size(), 1u);
  EXPECT_EQ(detail->violations[0].field, "order");
  EXPECT_EQ(detail->violations[0].text.zh, "文书");
  EXPECT_EQ(detail->violations[0].text.en, "order");
}

TEST(ErrorTest, KeepsItsDetailBesideOtherPayloads) {
  absl::Status status = PreconditionError("VENUE_CLOSED", {"场所已注销", "the venue is closed"},
                                          {{"venue", "districts/120110/venues/1"}});
  status.SetPayload("rectify/trace", absl::Cord("abc"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
  EXPECT_EQ(DetailOf(status)->metadata.at("venue"), "districts/120110/venues/1");
}

TEST(ErrorTest, SurvivesBytesThatAreNotText) {
  const absl::Status status = PreconditionError("ORDER_STATE", {"坏", "bad"}, {{"name", "a\xff"}});
  EXPECT_EQ(DetailOf(status)->metadata.at("name"), "a\xEF\xBF\xBD");
}

TEST(ErrorTest, StatusesOfOthersHaveNoDetail) {
  EXPECT_FALSE(DetailOf(absl::OkStatus()).has_value());
  EXPECT_FALSE(DetailOf(absl::InternalError("disk")).has_value());
  EXPECT_EQ(ReasonOf(absl::InternalError("disk")), "");
}

TEST(ErrorTest, FieldErrorsNameTheirFields) {
  const absl::Status one =
      FieldError("uscc", {"校验位不符", "wrong check character"}, "USCC_INVALID");
  EXPECT_THAT(one, StatusIs(absl::StatusCode::kInvalidArgument, "USCC_INVALID"));
  EXPECT_THAT(one, HasViolation("uscc"));
  EXPECT_THAT(FieldError("name", {"不能为空", "is empty"}),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));

  const absl::Status two = FieldErrors(
      {{"name", {"名称不能为空", "name is empty"}}, {"area", {"面积为负", "area is negative"}}});
  EXPECT_THAT(two, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(two, HasViolation("name"));
  EXPECT_THAT(two, HasViolation("area"));
  EXPECT_EQ(two.message(), "name is empty; area is negative");
  EXPECT_EQ(DetailOf(two)->text.zh, "名称不能为空；面积为负");
}

TEST(ErrorTest, NotFoundAndEtagHaveTheirReasons) {
  EXPECT_THAT(NotFoundError("districts/1/venues/2"),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  const absl::Status stale = EtagMismatchError("7");
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(DetailOf(stale)->metadata.at("etag"), "7");
}

TEST(PrefixFieldsTest, PutsThePathOfTheOuterMessageBefore) {
  const absl::Status inner =
      FieldErrors({{"catalog_code", {"错", "wrong"}}, {"[2]", {"错", "wrong"}}});
  const absl::Status outer = PrefixFields(PrefixFields(inner, "findings[2]"), "inspection.");
  EXPECT_THAT(outer, HasViolation("inspection.findings[2].catalog_code"));
  EXPECT_THAT(outer, HasViolation("inspection.findings[2][2]"));
  EXPECT_EQ(outer.code(), inner.code());
  EXPECT_EQ(outer.message(), inner.message());
  EXPECT_EQ(DetailOf(outer)->violations.size(), 2u);
}

TEST(PrefixFieldsTest, LeavesOtherStatusesAsTheyAre) {
  EXPECT_EQ(PrefixFields(absl::OkStatus(), "order"), absl::OkStatus());
  const absl::Status internal = absl::InternalError("disk");
  EXPECT_EQ(PrefixFields(internal, "order"), internal);
}

absl::StatusOr<int> Half(int number) {
  if (number % 2 != 0) return FieldError("number", {"不是偶数", "is odd"});
  return number / 2;
}

absl::StatusOr<int> Quarter(int number) {
  ASSIGN_OR_RETURN(const int half, Half(number));
  RETURN_IF_ERROR(Half(half).status());
  return half / 2;
}

TEST(StatusMacrosTest, HandOnTheFirstErrorWithItsDetail) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_THAT(Quarter(7), HasViolation("number"));
  EXPECT_THAT(Quarter(6), HasViolation("number"));
}

}  // namespace
}  // namespace rectify
