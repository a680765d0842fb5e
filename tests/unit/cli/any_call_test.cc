// The names of a scenario inside the request of any rpc.
#include "services/cli/replay/any_call.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/testing/status_matchers.h"
#include "rectify/hazard/v1/hazard_service.pb.h"

namespace rectify::cli {
namespace {

using ::testing::ElementsAre;

absl::StatusOr<std::string> Bracketed(absl::string_view reference) {
  return absl::StrCat("<", reference, ">");
}

TEST(AnyCallTest, ReferencesAreReplacedAtAnyDepthAndOtherTextStays) {
  hazard::v1::RecordInspectionRequest request;
  request.mutable_inspection()->set_venue("@venue:wujin");
  request.mutable_inspection()->add_officers("@officer:li");
  request.mutable_inspection()->add_officers("districts/120110/officers/1");
  request.mutable_inspection()->add_findings()->set_description("邮箱 a@b");
  ASSERT_OK(ResolveReferences(request, Bracketed));
  EXPECT_EQ(request.inspection().venue(), "<venue:wujin>");
  EXPECT_THAT(request.inspection().officers(),
              ElementsAre("<officer:li>", "districts/120110/officers/1"));
  EXPECT_EQ(request.inspection().findings(0).description(), "邮箱 a@b");
}

TEST(AnyCallTest, AReferenceToNothingIsAnError) {
  hazard::v1::RecordInspectionRequest request;
  request.mutable_inspection()->set_venue("@venue:nowhere");
  const auto nothing = [](absl::string_view) -> absl::StatusOr<std::string> {
    return absl::InvalidArgumentError("没有");
  };
  EXPECT_EQ(ResolveReferences(request, nothing).code(), absl::StatusCode::kInvalidArgument);
}

TEST(AnyCallTest, OnlyEmptyFieldsThatExistAreFilledIn) {
  hazard::v1::RecordInspectionRequest request;
  request.set_parent("districts/1");
  FillIn(request, "parent", "districts/2");
  FillIn(request, "request_id", "r");
  FillIn(request, "no_such_field", "x");
  EXPECT_EQ(request.parent(), "districts/1");
  EXPECT_EQ(request.request_id(), "r");
}

TEST(AnyCallTest, AMethodIsFoundWithItsServiceAndMessages) {
  ASSERT_OK_AND_ASSIGN(const auto* method,
                       FindMethod("rectify.hazard.v1.HazardFindings.RecordInspection"));
  EXPECT_EQ(ServiceOf(*method), "hazard");
  EXPECT_EQ(NewMessage(*method->input_type())->GetTypeName(),
            "rectify.hazard.v1.RecordInspectionRequest");
  EXPECT_EQ(FindMethod("rectify.hazard.v1.HazardFindings.Guess").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(AnyCallTest, AnAnswerWithoutANameHasNone) {
  hazard::v1::Inspection inspection;
  inspection.set_name("districts/120110/inspections/1");
  EXPECT_EQ(NameOf(inspection), "districts/120110/inspections/1");
  EXPECT_EQ(NameOf(hazard::v1::ListInspectionsResponse()), "");
}

}  // namespace
}  // namespace rectify::cli
