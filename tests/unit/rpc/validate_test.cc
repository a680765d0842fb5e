// The field rules of the contract.
#include <limits>

#include "gmock/gmock.h"
#include "libs/rpc/server.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::FilePaperRequest;
using paper::v1::Paper;
using testing::HasViolation;

constexpr char kPaperUuid[] = "01890a5d-ac96-774b-bcce-b302099a8057";

class ValidateTest : public ::testing::Test {
 protected:
  absl::Status Validate() { return ValidateMessage(request_); }
  Paper& paper() { return *request_.mutable_paper(); }
  FilePaperRequest request_ = FileRequest();
};

TEST_F(ValidateTest, AGoodRequestPasses) {
  paper().mutable_date()->set_year(2024);
  paper().mutable_date()->set_month(2);
  paper().mutable_date()->set_day(29);
  paper().set_kind(Paper::KIND_ORDER);
  paper().set_title("一二三四五六七八九十");
  paper().set_scan("12345678");
  paper().add_copies()->set_folder("districts/120110");
  (*paper().mutable_labels())["k"] = "line\n\tline";
  paper().set_weight(0.1);
  request_.set_request_id(kPaperUuid);
  EXPECT_OK(Validate());
}

TEST_F(ValidateTest, RequiredFieldsMayNotBeEmptyAtAnyDepth) {
  EXPECT_THAT(ValidateMessage(FilePaperRequest()), HasViolation("paper"));
  paper().add_copies();
  EXPECT_THAT(Validate(), HasViolation("paper.copies[0].folder"));
}

TEST_F(ValidateTest, AnUpdateNeedsOnlyTheFieldsOfItsMask) {
  paper::v1::EditPaperRequest edit;
  edit.mutable_paper()->set_title("新题");
  EXPECT_THAT(ValidateMessage(edit), HasViolation("update_mask"));
  edit.mutable_update_mask()->add_paths("title");
  EXPECT_OK(ValidateMessage(edit));
  edit.mutable_paper()->add_copies();
  EXPECT_THAT(ValidateMessage(edit), HasViolation("paper.copies[0].folder"));
  edit.mutable_paper()->clear_copies();
  edit.mutable_update_mask()->add_paths("folder");
  EXPECT_THAT(ValidateMessage(edit), HasViolation("paper.folder"));
}

TEST_F(ValidateTest, OutputOnlyFieldsAreNotLookedAt) {
  paper().set_stamp("far too long \x01");
  EXPECT_OK(Validate());
}

TEST_F(ValidateTest, TextsAreMeasuredInCharactersAndBytesInBytes) {
  paper().set_title("一二三四五六七八九十多");
  EXPECT_THAT(Validate(), HasViolation("paper.title"));
  paper().set_title("");
  paper().set_scan("123456789");
  EXPECT_THAT(Validate(), HasViolation("paper.scan"));
}

TEST_F(ValidateTest, ATextWithoutALimitOfItsOwnHas200Characters) {
  request_.set_etag(std::string(200, 'x'));
  EXPECT_OK(Validate());
  request_.set_etag(std::string(201, 'x'));
  EXPECT_THAT(Validate(), HasViolation("etag"));
  request_.clear_etag();
  paper().add_keywords(std::string(201, 'x'));
  EXPECT_THAT(Validate(), HasViolation("paper.keywords[0]"));
}

TEST_F(ValidateTest, ListsAndMapsAreCounted) {
  for (int i = 0; i < 4; ++i) paper().add_copies()->set_folder("districts/120110");
  EXPECT_THAT(Validate(), HasViolation("paper.copies"));
  paper().clear_copies();
  for (int i = 0; i < 501; ++i) (*paper().mutable_labels())[std::to_string(i)] = "v";
  EXPECT_THAT(Validate(), HasViolation("paper.labels"));
}

TEST_F(ValidateTest, ControlCharactersAreRefusedAndLineBreaksAreNot) {
  for (const std::string text : {"a\x01", "\x1b[0m", "a\rb", "\x7f", "\xc2\x85"}) {
    paper().set_title(text);
    EXPECT_THAT(Validate(), HasViolation("paper.title")) << ::testing::PrintToString(text);
  }
  paper().set_title("a\n\tb®");
  EXPECT_OK(Validate());
}

TEST_F(ValidateTest, InvalidUtf8OfOtherSourcesIsRefused) {
  paper().set_title("\xe6\xb5");
  EXPECT_THAT(Validate(), HasViolation("paper.title"));
}

TEST_F(ValidateTest, ResourceNamesFollowTheirPattern) {
  paper().set_folder("districts/12011");
  EXPECT_THAT(Validate(), HasViolation("paper.folder"));
  paper().set_folder("districts/120110/papers/1");
  EXPECT_THAT(Validate(), HasViolation("paper.folder"));
}

TEST_F(ValidateTest, DatesMustExist) {
  const int wrong[][3] = {{2023, 2, 29}, {2023, 4, 31}, {0, 1, 1},   {2023, 0, 1},
                          {2023, 13, 1}, {2023, 1, 0},  {0, 0, 0},   {10000, 1, 1},
                          {-1, 1, 1},    {2023, 1, -1}, {2023, 0, 0}};
  for (const auto& [year, month, day] : wrong) {
    paper().mutable_date()->set_year(year);
    paper().mutable_date()->set_month(month);
    paper().mutable_date()->set_day(day);
    EXPECT_THAT(Validate(), HasViolation("paper.date")) << year << "-" << month << "-" << day;
  }
}

TEST_F(ValidateTest, EnumsMustBeKnown) {
  paper().set_kind(static_cast<Paper::Kind>(99));
  EXPECT_THAT(Validate(), HasViolation("paper.kind"));
  paper().clear_kind();
  paper().add_kinds(static_cast<Paper::Kind>(-1));
  EXPECT_THAT(Validate(), HasViolation("paper.kinds[0]"));
}

TEST_F(ValidateTest, NumbersTimesAndDurationsAreInRange) {
  paper().set_weight(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(Validate(), HasViolation("paper.weight"));
  paper().clear_weight();
  paper().mutable_file_time()->set_nanos(1'000'000'000);
  EXPECT_THAT(Validate(), HasViolation("paper.file_time"));
  paper().clear_file_time();
  paper().mutable_keep()->set_seconds(1);
  paper().mutable_keep()->set_nanos(-1);
  EXPECT_THAT(Validate(), HasViolation("paper.keep"));
  paper().mutable_keep()->set_seconds(std::numeric_limits<int64_t>::min());
  paper().mutable_keep()->set_nanos(0);
  EXPECT_THAT(Validate(), HasViolation("paper.keep"));
}

TEST_F(ValidateTest, AtMost20ViolationsAreCollected) {
  for (int i = 0; i < 40; ++i) paper().add_keywords(std::string(201, 'x'));
  EXPECT_EQ(DetailOf(Validate())->violations.size(), 20u);
}

TEST_F(ValidateTest, TextsNameTheFieldInBothLanguages) {
  paper().clear_folder();
  const FieldViolation violation = DetailOf(Validate())->violations.at(0);
  EXPECT_EQ(violation.text.zh, "字段 paper.folder 必填");
  EXPECT_EQ(violation.text.en, "paper.folder is required");
}

}  // namespace
}  // namespace rectify::rpc
