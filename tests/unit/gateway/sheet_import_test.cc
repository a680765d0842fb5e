#include <deque>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/csv/cells.h"
#include "libs/testing/status_matchers.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "services/gateway/sheets/import.h"
#include "services/gateway/sheets/import_file.h"
#include "services/gateway/transcode/answer.h"

namespace rectify::gateway {
namespace {

using hazard::v1::CreateLeadRequest;
using nlohmann::json;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kHeader[] = "来源,类别,线索内容,地点\n";

class SheetImportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(RouteTable table, RouteTable::Create({"hazard"}));
    table_ = std::make_unique<RouteTable>(std::move(table));
  }

  // A service that answers when it is told to, in any order.
  AskRow Service() {
    return [this](const google::protobuf::Message& message, AskedAnswer answer) {
      CreateLeadRequest request;
      request.CopyFrom(message);
      absl::MutexLock lock(&mutex_);
      waiting_.emplace_back(std::move(request), std::move(answer));
      most_ = std::max(most_, waiting_.size());
    };
  }

  void Start(const std::string& file, const std::string& key = "", bool as_json = true) {
    Found found = table_->Find("POST", {"v1", "districts", "120110", "leads"});
    Import import = {*found.route, found.captures, {}, SheetForm::kCsv};
    import.body = file;
    import.key = key;
    import.as_json = as_json;
    answered_ = std::make_unique<absl::Notification>();
    AnswerImport(
        Service(), [](const absl::Status& status) { return ToProblem(status, "zh-CN").body; },
        std::move(import), workers_,
        [this](absl::StatusOr<http::Response> response) {
          answer_ = std::move(response);
          answered_->Notify();
        });
  }

  // The last one that waits is answered first.
  void AnswerOne(const absl::Status& status = absl::OkStatus()) {
    std::pair<CreateLeadRequest, AskedAnswer> asked;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](std::deque<std::pair<CreateLeadRequest, AskedAnswer>>* all) { return !all->empty(); },
          &waiting_));
      asked = std::move(waiting_.back());
      waiting_.pop_back();
    }
    if (!status.ok()) return asked.second(status);
    hazard::v1::Lead lead;
    lead.set_name(absl::StrCat("leads/", asked.first.lead().text()));
    ids_.push_back(asked.first.request_id());
    asked.second(lead.SerializeAsString());
  }

  absl::StatusOr<json> Answer() {
    answered_->WaitForNotification();
    if (!answer_.ok()) return answer_.status();
    return json::parse(answer_->body);
  }

  // All rows of a file that are sent, and their request ids.
  std::vector<std::string> IdsOf(const std::string& file, int rows, const std::string& key = "") {
    ids_.clear();
    Start(file, key);
    for (int i = 0; i < rows; ++i) AnswerOne();
    EXPECT_OK(Answer());
    return ids_;
  }

  using AskedAnswer = std::function<void(absl::StatusOr<std::string>)>;
  absl::Mutex mutex_;
  std::deque<std::pair<CreateLeadRequest, AskedAnswer>> waiting_;
  size_t most_ = 0;
  std::vector<std::string> ids_;
  std::unique_ptr<RouteTable> table_;
  std::unique_ptr<absl::Notification> answered_;
  absl::StatusOr<http::Response> answer_;
  SheetWorkers workers_;
};

std::string Rows(int count) {
  std::string file = kHeader;
  for (int i = 0; i < count; ++i) absl::StrAppend(&file, "其他,其他,", i, ",某处\n");
  return file;
}

TEST_F(SheetImportTest, AnswersRowByRowInTheirOrderWithNoMoreInFlightThanAllowed) {
  constexpr int kRows = 100;
  Start(Rows(kRows));
  for (int i = 0; i < kRows; ++i) AnswerOne();
  ASSERT_OK_AND_ASSIGN(const json answer, Answer());
  EXPECT_EQ(answer["created"], kRows);
  ASSERT_THAT(answer["rows"], SizeIs(kRows));
  for (int i = 0; i < kRows; ++i) {
    EXPECT_EQ(answer["rows"][i], (json{{"row", i + 2}, {"name", absl::StrCat("leads/", i)}}));
  }
  EXPECT_LE(most_, static_cast<size_t>(kMaxRowsInFlight));
}

TEST_F(SheetImportTest, ARowThatFailsDoesNotStopTheOthers) {
  Start(absl::StrCat(kHeader, "其他,其他,a,某处\n其他,没有,b,某处\n其他,其他,c,某处,多\n",
                     "其他,其他,\"d,某处\n其他,其他,e,某处\n"));
  AnswerOne();
  AnswerOne(FieldError("lead.place", {"地点有误", "bad place"}));
  ASSERT_OK_AND_ASSIGN(const json answer, Answer());
  EXPECT_EQ(answer["created"], 1);
  EXPECT_EQ(answer["failed"], 4);
  EXPECT_EQ(answer["rows"][1]["problem"]["violations"][0]["field"], "lead.category");
  EXPECT_THAT(answer["rows"][2]["problem"]["detail"].get<std::string>(), HasSubstr("多于"));
  EXPECT_EQ(answer["rows"][4]["problem"]["violations"][0]["field"], "lead.place");
}

TEST_F(SheetImportTest, AsCsvItNamesTheColumnOfTheFile) {
  Start(absl::StrCat(kHeader, "其他,其他,a,\n"), "", /*as_json=*/false);
  AnswerOne(FieldError("lead.place", {"=不能为空", "is empty"}));
  answered_->WaitForNotification();
  EXPECT_EQ(answer_->body,
            absl::StrCat(csv::kByteOrderMark,
                         "行号,结果,资源名,错误,列\r\n2,未登记,,'=不能为空,地点\r\n"));
}

TEST_F(SheetImportTest, TheSameRowsAreTheSameCommands) {
  const std::string file = absl::StrCat(kHeader, "其他,其他,a,某处\n");
  const auto once = IdsOf(file, 1);
  EXPECT_TRUE(IsUuid(once[0]));
  EXPECT_EQ(IdsOf(file, 1), once);
  EXPECT_NE(IdsOf(absl::StrCat(file, "其他,其他,b,某处\n"), 2), once);  // another file
  // Twice in one file is twice.
  const auto twice = IdsOf(absl::StrCat(file, "其他,其他,a,某处\n"), 2);
  EXPECT_NE(twice[0], twice[1]);
}

TEST_F(SheetImportTest, WithAKeyARowOfAMendedFileIsTheSameCommand) {
  const std::string key = "8d7c3f6e-0000-4000-8000-000000000001";
  const std::string row = "其他,其他,a,某处\n";
  const auto once = IdsOf(absl::StrCat(kHeader, row), 1, key);
  const auto later = IdsOf(absl::StrCat(kHeader, "其他,其他,b,某处\n", row), 2, key);
  EXPECT_EQ(later[1], once[0]);
  EXPECT_NE(IdsOf(absl::StrCat(kHeader, row), 1), once);
}

TEST_F(SheetImportTest, WhoMayNotDoItAtAllLearnsItOnce) {
  Start(Rows(50));
  AnswerOne(MakeError(absl::StatusCode::kPermissionDenied, {.reason = "ROLE_MISSING",
                                                            .text = {"无权", "not allowed"},
                                                            .metadata = {},
                                                            .violations = {}}));
  EXPECT_THAT(Answer(), StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  EXPECT_EQ(most_, 1u);
}

TEST_F(SheetImportTest, AFileThatDoesNotFitAsksNothing) {
  Start("来源,颜色,地点,size\nx,y,z,1\n");
  const auto unknown = Answer();
  EXPECT_THAT(unknown, HasViolation("csv"));
  EXPECT_THAT(DetailOf(unknown.status())->text.zh, HasSubstr("颜色、size"));
  for (const char* file : {"", "地点,place\n", "来源,,地点\n", "\xFF\xFF", "requestId\nx\n",
                           "parent\nx\n", "complainant\nx\n"}) {
    Start(file);
    EXPECT_THAT(Answer(), HasViolation("csv")) << file;
  }
  Start(Rows(static_cast<int>(kMaxImportRows) + 1));
  EXPECT_THAT(Answer(), HasViolation("csv"));
  EXPECT_EQ(most_, 0u);
  Start(kHeader);
  ASSERT_OK_AND_ASSIGN(const json nothing, Answer());
  EXPECT_EQ(nothing["rows"], json::array());
}

TEST_F(SheetImportTest, FillsTheWholeRequestAndPassesOverWhatOnlyTheServiceSets) {
  Start(
      "资源名,状态,版本,来源,category,venue,complainant.phone,举报人.姓名\n"
      "x,待受理,\"\"\"1\"\"\",举报投诉,OTHER,v,'+8613800000000,张三\n");
  {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](std::deque<std::pair<CreateLeadRequest, AskedAnswer>>* all) { return !all->empty(); },
        &waiting_));
    CreateLeadRequest request = waiting_.front().first;
    request.clear_request_id();
    CreateLeadRequest wanted;
    wanted.set_parent("districts/120110");
    wanted.mutable_lead()->set_source(hazard::v1::Lead::SOURCE_COMPLAINT);
    wanted.mutable_lead()->set_category(hazard::v1::Lead::CATEGORY_OTHER);
    wanted.mutable_lead()->set_venue("v");
    wanted.mutable_complainant()->set_phone("+8613800000000");
    wanted.mutable_complainant()->set_display_name("张三");
    EXPECT_EQ(request.DebugString(), wanted.DebugString());
  }
  AnswerOne();
  EXPECT_OK(Answer());
}

TEST(TakesSheetTest, WhatCreatesSomethingInACollection) {
  ASSERT_OK_AND_ASSIGN(const RouteTable table,
                       RouteTable::Create({"venue", "hazard", "deadline", "reminder"}));
  std::vector<std::string> taking;
  for (const Route& route : table.routes()) {
    if (TakesSheet(route)) taking.push_back(route.method->name());
  }
  EXPECT_THAT(taking, UnorderedElementsAre("CreateVenue", "CreateBuilding", "CreateUnit",
                                           "CreateOfficer", "CreateLead", "CreateCampaign"));
}

TEST(SheetFormTest, IsToldByTheContentType) {
  EXPECT_EQ(SheetFormOf("text/csv; charset=gb18030"), SheetForm::kCsv);
  EXPECT_EQ(SheetFormOf("TEXT/CSV"), SheetForm::kCsv);
  EXPECT_EQ(SheetFormOf(MediaTypeOf(SheetForm::kXlsx)), SheetForm::kXlsx);
  EXPECT_EQ(SheetFormOf("application/json"), std::nullopt);
  EXPECT_TRUE(WantsJson("application/json"));
  EXPECT_FALSE(WantsJson("*/*"));
  EXPECT_FALSE(WantsJson("text/csv, application/json"));
}

}  // namespace
}  // namespace rectify::gateway
