#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "services/gateway/sheets/export.h"
#include "tests/unit/gateway/pieces.h"

namespace rectify::gateway {
namespace {

using hazard::v1::ListLeadsRequest;
using hazard::v1::ListLeadsResponse;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class SheetExportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(RouteTable table, RouteTable::Create({"hazard"}));
    table_ = std::make_unique<RouteTable>(std::move(table));
  }

  // A service that has that many leads.
  AskPage Source(int leads) {
    return [this, leads](const google::protobuf::Message& message, const auto& answer) {
      ListLeadsRequest request;
      request.CopyFrom(message);
      asked_.push_back(request);
      if (asked_.size() > good_pages_) return answer(absl::UnavailableError("gone"));
      const int first = request.page_token().empty() ? 0 : std::stoi(request.page_token());
      ListLeadsResponse page;
      for (int i = first; i < std::min(leads, first + request.page_size()); ++i) {
        page.add_leads()->set_text(absl::StrCat("=", i));
      }
      if (first + request.page_size() < leads) {
        page.set_next_page_token(absl::StrCat(first + request.page_size()));
      }
      answer(page.SerializeAsString());
    };
  }

  absl::StatusOr<http::Response> Ask(int leads, SheetForm form) {
    ListLeadsRequest request;
    request.set_filter("state = \"RECEIVED\"");
    request.set_page_size(3);
    request.set_page_token("300");
    absl::StatusOr<http::Response> answer;
    absl::Notification answered;
    const Found found = table_->Find("GET", {"v1", "districts", "120110", "leads"});
    AnswerSheet(Source(leads), *found.route, request, form, workers_,
                [&](absl::StatusOr<http::Response> response) {
                  answer = std::move(response);
                  answered.Notify();
                });
    answered.WaitForNotification();
    return answer;
  }

  SheetWorkers workers_;
  std::unique_ptr<RouteTable> table_;
  std::vector<ListLeadsRequest> asked_;
  size_t good_pages_ = 1000;
};

TEST_F(SheetExportTest, AFileHasAllPagesOfTheFilter) {
  ASSERT_OK_AND_ASSIGN(const http::Response response, Ask(1203, SheetForm::kCsv));
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(response.headers.Get("Content-Disposition"),
            "attachment; filename=\"leads.csv\"; filename*=UTF-8''%E7%BA%BF%E7%B4%A2.csv");
  EXPECT_THAT(asked_, SizeIs(1));  // the others when they are wanted
  const std::vector<std::string> pieces = Drain(*response.pieces);
  ASSERT_THAT(pieces, SizeIs(3));
  EXPECT_THAT(pieces[0], StartsWith("\xEF\xBB\xBF资源名,来源,"));
  EXPECT_THAT(pieces[0], HasSubstr(",'=499,"));
  EXPECT_THAT(pieces[2], HasSubstr(",'=1202,"));
  ASSERT_THAT(asked_, SizeIs(3));
  for (const ListLeadsRequest& request : asked_) {
    EXPECT_EQ(request.filter(), "state = \"RECEIVED\"");
    EXPECT_EQ(request.page_size(), 500);
  }
  EXPECT_EQ(asked_[0].page_token(), "");
}

TEST_F(SheetExportTest, TheFirstPageTellsWhetherThereIsAFile) {
  good_pages_ = 0;
  for (const SheetForm form : kSheetForms) {
    EXPECT_EQ(Ask(3, form).status().code(), absl::StatusCode::kUnavailable);
  }
}

TEST_F(SheetExportTest, AFailureInTheMiddleIsNoEnd) {
  good_pages_ = 1;
  ASSERT_OK_AND_ASSIGN(const http::Response response, Ask(1203, SheetForm::kCsv));
  EXPECT_THAT(Drain(*response.pieces), ElementsAre(HasSubstr("资源名"), "gone"));
  asked_.clear();
  EXPECT_EQ(Ask(1203, SheetForm::kXlsx).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(SheetExportTest, AnXlsxIsCompleteBeforeItIsSent) {
  ASSERT_OK_AND_ASSIGN(const http::Response response, Ask(1203, SheetForm::kXlsx));
  EXPECT_THAT(asked_, SizeIs(3));
  EXPECT_EQ(response.headers.Get("Content-Type"), MediaTypeOf(SheetForm::kXlsx));
  const std::vector<std::string> pieces = Drain(*response.pieces);
  ASSERT_FALSE(pieces.empty());
  EXPECT_THAT(pieces[0], StartsWith("PK\x03\x04"));
}

TEST_F(SheetExportTest, MoreRowsThanAnXlsxHasAreRefusedNotCut) {
  EXPECT_THAT(Ask(kMaxXlsxRows + 1, SheetForm::kXlsx), HasViolation("filter"));
  asked_.clear();
  ASSERT_OK_AND_ASSIGN(const http::Response response, Ask(kMaxXlsxRows + 1, SheetForm::kCsv));
  EXPECT_THAT(Drain(*response.pieces), SizeIs(kMaxXlsxRows / 500 + 1));
}

TEST_F(SheetExportTest, AClientThatLeavesGetsTheEndAtOnce) {
  ListLeadsRequest request;
  std::function<void(absl::StatusOr<std::string>)> late;
  const auto ask = [&](const google::protobuf::Message&, const auto& answer) {
    ListLeadsResponse page;
    page.set_next_page_token("1");
    if (late == nullptr) {
      late = answer;
      answer(page.SerializeAsString());
    } else {
      late = answer;
    }
  };
  std::shared_ptr<http::Pieces> pieces;
  const Found found = table_->Find("GET", {"v1", "districts", "120110", "leads"});
  AnswerSheet(ask, *found.route, request, SheetForm::kCsv, workers_,
              [&](const absl::StatusOr<http::Response>& response) { pieces = response->pieces; });
  int told = 0;
  pieces->Next([&](const http::Pieces::Piece& piece) { told += piece.ok() ? 1 : 0; });
  pieces->Next([&](const http::Pieces::Piece& piece) { told += piece.ok() ? 0 : 10; });
  pieces->Cancel();
  EXPECT_EQ(told, 11);
  pieces = nullptr;
  late(ListLeadsResponse().SerializeAsString());
  EXPECT_EQ(told, 11);
}

TEST_F(SheetExportTest, WithoutAPlaceTheWorkersSaySo) {
  std::vector<std::shared_ptr<void>> places;
  for (int i = 0; i < SheetWorkers::kPlaces; ++i) places.push_back(workers_.TakePlace());
  EXPECT_THAT(Ask(3, SheetForm::kXlsx), StatusIs(absl::StatusCode::kUnavailable, "OVERLOADED"));
  places.pop_back();
  EXPECT_OK(Ask(3, SheetForm::kXlsx));
}

TEST_F(SheetExportTest, OnlyListsAreSheets) {
  for (const Route& route : table_->routes()) {
    const bool pages = absl::StartsWith(route.method->name(), "List") &&
                       route.method->input_type()->FindFieldByName("page_token") != nullptr;
    EXPECT_EQ(HasSheet(route), pages) << route.method->full_name();
  }
  std::vector<std::string> path = {"v1", "leads.xlsx"};
  EXPECT_EQ(TakeSheetSuffix(path), SheetForm::kXlsx);
  EXPECT_THAT(path, ElementsAre("v1", "leads"));
  EXPECT_EQ(TakeSheetSuffix(path), std::nullopt);
}

}  // namespace
}  // namespace rectify::gateway
