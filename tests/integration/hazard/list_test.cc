// Reading: lists with filters and stable pages, single resources, the catalogue.
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ListTest : public HazardTest {
 protected:
  v1::Inspection RecordAt(absl::Time time, std::vector<v1::Finding> findings,
                          const std::string& second_officer = kLi) {
    v1::RecordInspectionRequest request = Sample();
    *request.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(time);
    request.mutable_inspection()->set_officers(1, second_officer);
    for (const v1::Finding& finding : findings) {
      *request.mutable_inspection()->add_findings() = finding;
    }
    const auto recorded = Record(request);
    EXPECT_OK(recorded);
    return recorded.value_or(v1::Inspection());
  }

  absl::StatusOr<v1::ListFindingsResponse> Findings(const std::string& filter, int page_size = 0,
                                                    const std::string& page_token = "") {
    v1::ListFindingsRequest request;
    request.set_parent("districts/120110");
    request.set_filter(filter);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Zhang().Unary<v1::ListFindingsResponse>("rectify.hazard.v1.HazardFindings.ListFindings",
                                                   request);
  }

  absl::StatusOr<v1::ListInspectionsResponse> Inspections(const std::string& filter,
                                                          int page_size = 0,
                                                          const std::string& page_token = "") {
    v1::ListInspectionsRequest request;
    request.set_parent("districts/120110");
    request.set_filter(filter);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Zhang().Unary<v1::ListInspectionsResponse>(
        "rectify.hazard.v1.HazardFindings.ListInspections", request);
  }

  // Codes of the findings that a filter leaves, newest first.
  std::vector<std::string> Codes(const std::string& filter) {
    const auto response = Findings(filter);
    EXPECT_OK(response) << filter;
    std::vector<std::string> codes;
    if (!response.ok()) return codes;
    for (const v1::Finding& finding : response->findings()) {
      codes.push_back(finding.catalog_code());
    }
    return codes;
  }
};

TEST_F(ListTest, FindingsAreFilteredByEachField) {
  const v1::Inspection first = RecordAt(At(1, 10), {Order("B02")});
  RecordAt(At(1, 11), {OnSpot("C01")});
  RecordAt(At(1, 12), {Transfer("E03")});
  EXPECT_THAT(Codes(""), ElementsAre("E03", "C01", "B02"));
  EXPECT_THAT(Codes("state = OPEN"), ElementsAre("E03", "B02"));
  EXPECT_THAT(Codes("state != \"STATE_OPEN\""), ElementsAre("C01"));
  EXPECT_THAT(Codes("disposition = TRANSFER"), ElementsAre("E03"));
  EXPECT_THAT(Codes("catalog_code = C01"), ElementsAre("C01"));
  EXPECT_THAT(Codes(absl::StrCat("venue = \"", kVenue, "\" AND disposition = ORDER")),
              ElementsAre("B02"));
  EXPECT_THAT(Codes("venue = \"districts/120110/venues/none\""), IsEmpty());
  EXPECT_THAT(Codes(absl::StrCat("inspection = \"", first.name(), "\"")), ElementsAre("B02"));
  EXPECT_THAT(Codes(absl::StrCat("inspection != \"", first.name(), "\"")),
              ElementsAre("E03", "C01"));
  EXPECT_THAT(Codes("order = \"\""), ElementsAre("E03", "C01", "B02"));
}

TEST_F(ListTest, ANameOfAnotherFormMatchesNothing) {
  const v1::Inspection inspection = RecordAt(At(1, 10), {Order("B02")});
  const std::string id = inspection.name().substr(inspection.name().rfind('/') + 1);
  EXPECT_THAT(Codes("inspection = \"nonsense\""), IsEmpty());
  EXPECT_THAT(Codes("inspection = \"districts/120110/inspections/x\""), IsEmpty());
  EXPECT_THAT(Codes(absl::StrCat("inspection = \"districts/120101/inspections/", id, "\"")),
              IsEmpty());
}

TEST_F(ListTest, UnknownFieldsAndForeignTokensAreRefused) {
  RecordAt(At(1, 10), {Order("B02"), Order("B03")});
  EXPECT_THAT(Findings("colour = red"), StatusIs(StatusCode::kInvalidArgument, "INVALID_FILTER"));
  EXPECT_THAT(Inspections("state = OPEN"),
              StatusIs(StatusCode::kInvalidArgument, "INVALID_FILTER"));
  ASSERT_OK_AND_ASSIGN(const v1::ListFindingsResponse page, Findings("", 1));
  EXPECT_THAT(Findings("state = OPEN", 1, page.next_page_token()),
              StatusIs(StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN"));
}

TEST_F(ListTest, InspectionsComeNewestFirstWithOfficersAndFindings) {
  const v1::Inspection older = RecordAt(At(1, 10), {Order("B02"), Order("B03")});
  const v1::Inspection newer = RecordAt(At(1, 11), {}, kWang);
  ASSERT_OK_AND_ASSIGN(const v1::ListInspectionsResponse all, Inspections(""));
  ASSERT_THAT(all.inspections(), SizeIs(2));
  EXPECT_EQ(all.inspections(0).name(), newer.name());
  EXPECT_THAT(all.inspections(0).officers(), ElementsAre(kZhang, kWang));
  EXPECT_THAT(all.inspections(1).officers(), ElementsAre(kZhang, kLi));
  ASSERT_THAT(all.inspections(1).findings(), SizeIs(2));
  EXPECT_EQ(all.inspections(1).findings(1).catalog_code(), "B03");

  ASSERT_OK_AND_ASSIGN(const auto of_wang, Inspections(absl::StrCat("officer = \"", kWang, "\"")));
  ASSERT_THAT(of_wang.inspections(), SizeIs(1));
  EXPECT_EQ(of_wang.inspections(0).name(), newer.name());
  ASSERT_OK_AND_ASSIGN(const auto of_venue, Inspections(absl::StrCat("venue = \"", kVenue, "\"")));
  EXPECT_THAT(of_venue.inspections(), SizeIs(2));
}

// Findings that arrive between two pages neither shift nor repeat what a reader sees.
TEST_F(ListTest, PagesStayStableWhileFindingsAreAdded) {
  std::set<std::string> before;
  for (int day = 1; day <= 3; ++day) {
    const v1::Inspection inspection = RecordAt(At(1, day), {Order("B02"), Order("B03")});
    for (const v1::Finding& finding : inspection.findings()) before.insert(finding.name());
  }
  std::set<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const v1::ListFindingsResponse page, Findings("", 4, token));
    for (const v1::Finding& finding : page.findings()) {
      EXPECT_TRUE(seen.insert(finding.name()).second) << "twice: " << finding.name();
    }
    token = page.next_page_token();
    ++pages;
    RecordAt(At(1, 20 + pages), {Order("B05")});
  } while (!token.empty());
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(seen, before);
}

TEST_F(ListTest, WhatIsAbsentOrForeignIsNotFound) {
  const std::string id = "/01850000-0000-7000-8000-00000000dead";
  EXPECT_THAT(GetInspection("districts/120110/inspections" + id),
              StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(GetFinding("districts/120110/findings" + id),
              StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
  const v1::Inspection inspection = RecordAt(At(1, 10), {});
  v1::GetInspectionRequest request;
  request.set_name(inspection.name());
  rpc::Client& neighbour = system_.As("hazard", "users/neighbour", {"INSPECTOR"}, {}, "120101");
  EXPECT_THAT(
      neighbour.Unary<v1::Inspection>("rectify.hazard.v1.HazardFindings.GetInspection", request),
      StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(ListTest, TheCatalogueOfADayOrOfToday) {
  const std::string method = "rectify.hazard.v1.HazardFindings.GetHazardCatalog";
  v1::GetHazardCatalogRequest request;
  ASSERT_OK_AND_ASSIGN(const auto today, Zhang().Unary<v1::HazardCatalog>(method, request));
  EXPECT_EQ(today.version(), 1);
  EXPECT_THAT(today.types(), SizeIs(45));
  *request.mutable_day() = rpc::ToDate(absl::CivilDay(2021, 12, 31));
  EXPECT_THAT(Zhang().Unary<v1::HazardCatalog>(method, request),
              StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::hazard
