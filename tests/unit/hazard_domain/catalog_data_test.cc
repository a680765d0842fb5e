#include "services/hazard_findings/api/catalog_data.h"

#include <fstream>
#include <set>

#include "absl/strings/str_format.h"
#include "libs/testing/sandbox.h"
#include "libs/testing/status_matchers.h"

namespace rectify::hazard::api {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::StartsWith;

class CatalogDataTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = folder_.path() + "/catalog.txtpb";
    std::ofstream(path) << text;
    return path;
  }
  rectify::testing::TempDir folder_;
};

TEST_F(CatalogDataTest, TheBinaryCarriesTheWholeCatalogue) {
  ASSERT_OK_AND_ASSIGN(const domain::Catalog catalog, LoadCatalog({}));
  const domain::CatalogVersion* version = catalog.On(absl::CivilDay(2023, 1, 3));
  ASSERT_NE(version, nullptr);
  EXPECT_EQ(version->version, 1);
  std::set<std::string> expected;
  for (const auto& [letter, count] :
       std::vector<std::pair<char, int>>{{'A', 10}, {'B', 11}, {'C', 8}, {'D', 10}, {'E', 6}}) {
    for (int i = 1; i <= count; ++i) {
      expected.insert(absl::StrFormat("%c%02d", letter, i));
    }
  }
  std::set<std::string> codes;
  for (const domain::HazardType& type : version->types) codes.insert(type.code);
  EXPECT_EQ(codes, expected);
}

TEST_F(CatalogDataTest, EveryKindCitesAnArticle) {
  ASSERT_OK_AND_ASSIGN(const domain::Catalog catalog, LoadCatalog({}));
  for (const domain::HazardType& type : catalog.On(absl::CivilDay(2023, 1, 3))->types) {
    const std::string law = type.code == "D10" ? "高层民用建筑消防安全管理规定" : "消防法第";
    EXPECT_THAT(type.duty_basis, StartsWith(law)) << type.code;
    EXPECT_THAT(type.penalty_basis, StartsWith(law)) << type.code;
  }
}

TEST_F(CatalogDataTest, KnowsTermsAndSpecialCases) {
  ASSERT_OK_AND_ASSIGN(const domain::Catalog catalog, LoadCatalog({}));
  const domain::CatalogVersion& version = *catalog.On(absl::CivilDay(2023, 1, 3));
  EXPECT_TRUE(version.Find("C01")->at_once);
  EXPECT_EQ(version.Find("C01")->penalty_basis, "消防法第六十条第一款第三项");
  EXPECT_EQ(version.Find("B02")->min_term_days, 3);
  EXPECT_EQ(version.Find("B02")->max_term_days, 15);
  EXPECT_EQ(version.Find("C03")->max_term_days, 90);
  EXPECT_TRUE(version.Find("E03")->TransferOnly());
  EXPECT_TRUE(version.Find("D04")->transfer);
  EXPECT_FALSE(version.Find("D04")->TransferOnly());
  EXPECT_FALSE(version.Find("D03")->transfer);
}

TEST_F(CatalogDataTest, AFileAddsALaterVersion) {
  const std::string path = Write(R"(
      version: 2
      effective_date { year: 2026 month: 1 day: 1 }
      types { code: "Z01" title: "新种类" duty_basis: "消防法第十六条" penalty_basis: "消防法第六十条"
              min_term_days: 1 max_term_days: 9 required_action: "改正" })");
  ASSERT_OK_AND_ASSIGN(const domain::Catalog catalog, LoadCatalog({path}));
  EXPECT_EQ(catalog.On(absl::CivilDay(2025, 12, 31))->version, 1);
  EXPECT_EQ(catalog.On(absl::CivilDay(2026, 1, 1))->Find("Z01")->max_term_days, 9);
}

TEST_F(CatalogDataTest, NamesTheFileThatCantBeUsed) {
  const auto missing = LoadCatalog({folder_.path() + "/none.txtpb"});
  EXPECT_THAT(missing, StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
  const std::string broken = Write("version: 2 colour: 1");
  EXPECT_THAT(LoadCatalog({broken}), HasViolation(broken));
  const std::string undated = Write("version: 2");
  EXPECT_THAT(LoadCatalog({undated}), HasViolation(undated + ": effective_date"));
  const std::string same_version = Write(R"(
      version: 1
      effective_date { year: 2026 month: 1 day: 1 }
      types { code: "Z01" title: "新种类" duty_basis: "消防法第十六条" penalty_basis: "消防法第六十条"
              max_term_days: 9 required_action: "改正" })");
  EXPECT_THAT(LoadCatalog({same_version}), HasViolation("catalog 1"));
}

}  // namespace
}  // namespace rectify::hazard::api
