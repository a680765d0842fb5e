#include "services/hazard_findings/domain/major_hazard_rules.h"

#include "gtest/gtest.h"
#include "services/hazard_findings/api/catalog_data.h"
#include "tests/unit/hazard_domain/rule_book.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

Finding Found(const std::string& code, int n, absl::Time time = At(2023, 2, 1)) {
  Finding finding;
  finding.district = kDistrict;
  finding.id = absl::StrCat(n);
  finding.catalog_code = code;
  finding.find_time = time;
  return finding;
}

std::vector<Finding> All(const std::vector<std::string>& codes) {
  std::vector<Finding> findings;
  for (const std::string& code : codes) {
    findings.push_back(Found(code, static_cast<int>(findings.size())));
  }
  return findings;
}

bool Suggested(const std::vector<std::string>& codes, const std::vector<VenueGroup>& groups) {
  const std::vector<Suggestion> suggestions = SuggestMajorHazard(Book(), All(codes), groups);
  return suggestions.size() == 1 && suggestions[0].suggested;
}

TEST(MajorHazardRulesTest, TheDayOfTheFindingChoosesTheEdition) {
  EXPECT_EQ(Book().On(absl::CivilDay(2018, 6, 30)), nullptr);
  EXPECT_EQ(Book().On(absl::CivilDay(2025, 10, 31))->code, "GB35181-2017");
  EXPECT_EQ(Book().On(absl::CivilDay(2025, 11, 1))->code, "GB35181-2025");
  const auto suggestions = SuggestMajorHazard(
      Book(), {Found("C01", 1, At(2025, 10, 31)), Found("C01", 2, At(2025, 11, 1))}, {});
  ASSERT_EQ(suggestions.size(), 2u);
  EXPECT_EQ(suggestions[0].rules->code, "GB35181-2017");
  EXPECT_EQ(suggestions[1].rules->code, "GB35181-2025");
}

TEST(MajorHazardRulesTest, EveryCatalogueCodeOfTheDataExists) {
  const auto catalog = api::LoadCatalog({});
  ASSERT_TRUE(catalog.ok());
  const CatalogVersion& version = *catalog->On(absl::CivilDay(2023, 1, 1));
  for (const Clause& clause : Book().On(absl::CivilDay(2023, 1, 1))->clauses) {
    for (const std::string& code : clause.catalog_codes) {
      EXPECT_NE(version.Find(code), nullptr) << clause.code << " " << code;
    }
  }
}

TEST(MajorHazardRulesTest, OneDirectClauseSuffices) {
  const auto suggestions = SuggestMajorHazard(Book(), All({"D01"}), {});
  ASSERT_EQ(suggestions.size(), 1u);
  EXPECT_TRUE(suggestions[0].suggested);
  ASSERT_EQ(suggestions[0].direct.size(), 1u);
  EXPECT_EQ(suggestions[0].direct[0].clause->code, "6.2");
}

TEST(MajorHazardRulesTest, ThresholdsDependOnWhatTheVenueIs) {
  // 7.3.6, 7.3.8 and 7.5: three of those that count for crowded places.
  const std::vector<std::string> three = {"B07", "D08", "B06"};
  EXPECT_TRUE(Suggested(three, {VenueGroup::kCrowded}));
  EXPECT_FALSE(Suggested(three, {VenueGroup::kFlammable}));
  EXPECT_FALSE(Suggested(three, {VenueGroup::kOther}));
  EXPECT_FALSE(Suggested(three, {}));
  const std::vector<std::string> four = {"B07", "D08", "B06", "B05"};
  EXPECT_TRUE(Suggested(four, {VenueGroup::kImportant}));
  EXPECT_FALSE(Suggested(four, {VenueGroup::kOther}));
  // Six are too many for whatever it may be.
  EXPECT_TRUE(Suggested({"B07", "D08", "B06", "B05", "B08", "D06"}, {}));
}

TEST(MajorHazardRulesTest, OneFindingCountsForOneClause) {
  // B05 may be a case of 7.4.1, 7.4.2 and 7.4.3.
  const auto suggestions = SuggestMajorHazard(Book(), All({"B05"}), {VenueGroup::kOther});
  ASSERT_EQ(suggestions.size(), 1u);
  EXPECT_EQ(suggestions[0].comprehensive.size(), 3u);
  for (const auto& evaluation : suggestions[0].evaluations) {
    EXPECT_LE(evaluation.clauses.size(), 1u);
  }
}

TEST(MajorHazardRulesTest, AsManyClausesAsPossibleGetAFindingOfTheirOwn) {
  // C07 fits 7.3.9 and 7.3.10, C01 fits 7.3.3 and 7.3.9: two findings, two clauses of verdict c.
  const auto suggestions = SuggestMajorHazard(Book(), All({"C07", "C01"}), {VenueGroup::kCrowded});
  ASSERT_EQ(suggestions.size(), 1u);
  for (const auto& evaluation : suggestions[0].evaluations) {
    const size_t most = evaluation.verdict->code == "b" ? 0 : 2;
    EXPECT_EQ(evaluation.clauses.size(), most) << evaluation.verdict->code;
  }
}

TEST(MajorHazardRulesTest, AnIncompleteEditionSuggestsNothingAndTakesItsSubclauses) {
  const RuleSet& edition = *Book().On(absl::CivilDay(2026, 1, 1));
  EXPECT_TRUE(edition.Takes("5.3"));
  EXPECT_TRUE(edition.Takes("6"));
  EXPECT_FALSE(edition.Takes("7.3.3"));
  EXPECT_FALSE(edition.Takes("51"));
  EXPECT_FALSE(Book().On(absl::CivilDay(2023, 1, 1))->Takes("7.3.3.1"));
  const auto suggestions =
      SuggestMajorHazard(Book(), {Found("D01", 1, At(2026, 1, 5))}, {VenueGroup::kCrowded});
  ASSERT_EQ(suggestions.size(), 1u);
  EXPECT_FALSE(suggestions[0].suggested);
  EXPECT_TRUE(suggestions[0].rules->incomplete);
}

TEST(MajorHazardRulesTest, AThresholdThatCannotBeReachedIsRefused) {
  RuleSet rules;
  rules.code = "X";
  rules.effective_date = absl::CivilDay(2030, 1, 1);
  rules.clauses = {{"1", "条款", ClauseKind::kComprehensive, {}}};
  rules.verdicts = {{"a", "二条", {VenueGroup::kOther}, 2, {}}};
  EXPECT_FALSE(RuleBook::Create({rules}).ok());
  rules.verdicts[0].threshold = 1;
  EXPECT_TRUE(RuleBook::Create({rules}).ok());
  rules.verdicts[0].clauses = {"2"};
  EXPECT_FALSE(RuleBook::Create({rules}).ok());
}

}  // namespace
}  // namespace rectify::hazard::domain
