#include "services/hazard_findings/domain/catalog.h"

#include "libs/testing/status_matchers.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;

TEST(CatalogTest, TheDayDecidesWhichVersionIsInForce) {
  const Catalog catalog = SampleCatalog();
  EXPECT_EQ(catalog.On(absl::CivilDay(2021, 12, 31)), nullptr);
  EXPECT_EQ(catalog.On(absl::CivilDay(2022, 1, 1))->version, 1);
  EXPECT_EQ(catalog.On(absl::CivilDay(2023, 6, 30))->version, 1);
  EXPECT_EQ(catalog.On(absl::CivilDay(2023, 7, 1))->version, 2);
  EXPECT_EQ(catalog.On(absl::CivilDay(2099, 1, 1))->version, 2);
}

TEST(CatalogTest, FindsACodeOnlyInTheVersionThatHasIt) {
  const Catalog catalog = SampleCatalog();
  EXPECT_EQ(catalog.On(absl::CivilDay(2023, 6, 30))->Find("B02")->max_term_days, 15);
  EXPECT_EQ(catalog.On(absl::CivilDay(2023, 7, 1))->Find("B02")->max_term_days, 10);
  EXPECT_EQ(catalog.On(absl::CivilDay(2023, 7, 1))->Find("C01"), nullptr);
  EXPECT_EQ(catalog.On(absl::CivilDay(2023, 7, 1))->Find("b02"), nullptr);
}

TEST(CatalogTest, VersionsMayComeInAnyOrder) {
  std::vector<CatalogVersion> versions = SampleVersions();
  std::swap(versions[0], versions[1]);
  ASSERT_OK_AND_ASSIGN(const Catalog catalog, Catalog::Create(versions));
  EXPECT_EQ(catalog.On(absl::CivilDay(2023, 1, 1))->version, 1);
}

TEST(CatalogTest, RefusesALaterVersionThatDoesNotStartLater) {
  std::vector<CatalogVersion> versions = SampleVersions();
  versions[1].effective_date = versions[0].effective_date;
  const auto catalog = Catalog::Create(versions);
  EXPECT_THAT(catalog, StatusIs(StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(catalog, HasViolation("catalog 2.effective_date"));
}

TEST(CatalogTest, RefusesAVersionNumberTwice) {
  std::vector<CatalogVersion> versions = SampleVersions();
  versions[1].version = 1;
  EXPECT_THAT(Catalog::Create(versions), HasViolation("catalog 1"));
}

TEST(CatalogTest, RefusesAnEmptyCatalogue) {
  EXPECT_THAT(Catalog::Create({}), HasViolation("catalog"));
  EXPECT_THAT(Catalog::Create({{1, absl::CivilDay(2022, 1, 1), {}}}), HasViolation("catalog 1"));
}

TEST(CatalogTest, TellsEveryFaultOfAVersion) {
  HazardType no_action = Type("B02", 3, 15);
  no_action.required_action.clear();
  const auto catalog =
      Catalog::Create({{1,
                        absl::CivilDay(2022, 1, 1),
                        {no_action, Type("B02", 3, 15), Type("B03", 9, 8), Type("B04", 1, 366),
                         Type("C01", 0, 5, true), Type("C02", 0, 0)}}});
  EXPECT_THAT(catalog, HasViolation("catalog 1.types[B02].required_action"));
  EXPECT_THAT(catalog, HasViolation("catalog 1.types[B02].code"));
  EXPECT_THAT(catalog, HasViolation("catalog 1.types[B03].max_term_days"));
  EXPECT_THAT(catalog, HasViolation("catalog 1.types[B04].max_term_days"));
  EXPECT_THAT(catalog, HasViolation("catalog 1.types[C01].max_term_days"));
  EXPECT_THAT(catalog, HasViolation("catalog 1.types[C02].max_term_days"));
}

}  // namespace
}  // namespace rectify::hazard::domain
