// What an analysis publishes: an attacker who subtracts numbers from each other, also of several
// versions, never finds fewer than k visits.
#include "services/followup_visits/domain/analysis.h"

#include <algorithm>
#include <bitset>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

using Json = nlohmann::json;
using ::testing::Ge;

constexpr size_t kSmallest = 5;

std::vector<Questionnaire> SampleQuestionnaires() {
  return {{1,
           absl::CivilDay(2020, 1, 1),
           "回访问卷",
           {{"gift", "索要财物", QuestionKind::kYesNo, "YES", true},
            {"attitude", "态度", QuestionKind::kScore, "2", true},
            {"words", "建议", QuestionKind::kText, "", false}}}};
}

AnalysedVisit AnyVisit(int n, std::mt19937& random) {
  AnalysedVisit visit;
  visit.id = Id(n);
  visit.stratum = random() % 4 == 0 ? "inspection" : "penalty";
  visit.street = absl::StrCat("districts/120110/streets/", random() % 4);
  visit.officer = OfficerName(static_cast<int>(random() % 4));
  visit.site = random() % 3 != 0;
  visit.questionnaire_version = 1;
  visit.answers = {{"gift", random() % 6 == 0 ? "YES" : "NO"},
                   {"attitude", absl::StrCat(1 + random() % 5)}};
  return visit;
}

AnalysisInput Input(int visits, int seed) {
  std::mt19937 random(seed);  // NOLINT(cert-msc51-cpp): reproducible
  AnalysisInput input;
  input.district = "120110";
  input.quarter = {2023, 1};
  input.cut_time = SampleTime();
  input.smallest_cell = kSmallest;
  for (int n = 0; n < visits; ++n) input.visits.push_back(AnyVisit(n, random));
  return input;
}

// The attacker: all numbers that are out, each as the visits that it counts. He adds one or two
// numbers without a visit in common, and subtracts up to two that are parts of the sum, or all
// parts of it that one table has.
class Attacker {
 public:
  explicit Attacker(const std::vector<Cell>& cells) {
    std::map<std::string, size_t> ids;
    for (const Cell& cell : cells) {
      if (cell.withheld || cell.members.empty()) continue;
      Visits visits;
      for (const std::string& member : cell.members) {
        visits.set(ids.emplace(member, ids.size()).first->second);
      }
      numbers_.push_back(visits);
      tables_[cell.table].push_back(visits);
    }
  }

  // The fewest visits (but at least one) that he finds.
  size_t Fewest() {
    for (size_t a = 0; a < numbers_.size(); ++a) {
      Subtract(numbers_[a]);
      for (size_t b = 0; b < a; ++b) {
        if ((numbers_[a] & numbers_[b]).none()) Subtract(numbers_[a] | numbers_[b]);
      }
    }
    return fewest_;
  }
  size_t size() const { return numbers_.size(); }

 private:
  using Visits = std::bitset<128>;

  void Subtract(const Visits& sum) {
    Note(sum);
    std::vector<Visits> parts;
    for (const Visits& number : numbers_) {
      if ((number & ~sum).none()) parts.push_back(number);
    }
    for (size_t c = 0; c < parts.size(); ++c) {
      Note(sum & ~parts[c]);
      for (size_t d = 0; d < c; ++d) {
        if ((parts[c] & parts[d]).none()) Note(sum & ~parts[c] & ~parts[d]);
      }
    }
    for (const auto& [table, rows] : tables_) {
      Visits rest = sum;
      for (const Visits& row : rows) {
        if ((row & ~sum).none()) rest &= ~row;
      }
      Note(rest);
    }
  }
  void Note(const Visits& found) {
    if (found.any()) fewest_ = std::min(fewest_, found.count());
  }

  std::vector<Visits> numbers_;
  std::map<std::string, std::vector<Visits>> tables_;
  size_t fewest_ = 1'000'000;
};

TEST(AnalysisTest, SubtractingPublishedNumbersFindsNoSmallGroup) {
  size_t published = 0;
  for (int round = 0; round < 12; ++round) {
    const AnalysisResult result = Analyse(Input(20 + 5 * round, round), SampleQuestionnaires());
    Attacker attacker(result.cells);
    EXPECT_THAT(attacker.Fewest(), Ge(kSmallest)) << "round " << round;
    published += attacker.size();
  }
  EXPECT_GT(published, 50u) << "so much is withheld that the test shows nothing";
}

TEST(AnalysisTest, TheAttackerWouldFindThemWithoutTheRule) {
  AnalysisInput input = Input(40, 1);
  input.smallest_cell = 2;
  EXPECT_LT(Attacker(Analyse(input, SampleQuestionnaires()).cells).Fewest(), kSmallest);
}

TEST(AnalysisTest, AnotherVersionWithOneVisitMoreTellsNothingAboutIt) {
  for (int round = 0; round < 4; ++round) {
    AnalysisInput input = Input(41, 100 + round);
    const AnalysedVisit late = input.visits.back();
    input.visits.pop_back();
    const AnalysisResult first = Analyse(input, SampleQuestionnaires());
    std::vector<Cell> out;
    for (Cell cell : first.cells) {
      if (cell.withheld) continue;
      cell.table = "1/" + cell.table;
      out.push_back(cell);
    }
    input.published = out;
    input.version = 2;
    input.visits.push_back(late);
    const AnalysisResult second = Analyse(input, SampleQuestionnaires());
    std::vector<Cell> all = out;
    all.insert(all.end(), second.cells.begin(), second.cells.end());
    EXPECT_THAT(Attacker(all).Fewest(), Ge(kSmallest)) << "round " << round;
  }
}

TEST(AnalysisTest, AWithheldNumberIsNullAndTheSameInputGivesTheSameBytes) {
  AnalysisInput input = Input(12, 3);
  input.visits[0].street = "districts/120110/streets/lonely";
  const AnalysisResult result = Analyse(input, SampleQuestionnaires());
  EXPECT_EQ(result.document, Analyse(input, SampleQuestionnaires()).document);
  const Json document = Json::parse(result.document);
  EXPECT_EQ(document["tables"]["visits"]["all"], 12);
  EXPECT_TRUE(document["tables"]["street"]["districts/120110/streets/lonely"].is_null());
  EXPECT_GT(document["withheld"], 0);
  EXPECT_EQ(result.document, document.dump()) << "canonical";
}

TEST(AnalysisTest, AnEmptyQuarterPublishesZero) {
  const Json document = Json::parse(Analyse(Input(0, 1), SampleQuestionnaires()).document);
  EXPECT_EQ(document["tables"]["visits"]["all"], 0);
  EXPECT_EQ(document["withheld"], 0);
}

TEST(AnalysisTest, TheTrendShowsWhatTheQuarterBeforePublished) {
  AnalysisInput input = Input(40, 5);
  input.previous_document = Analyse(Input(40, 6), SampleQuestionnaires()).document;
  const Json document = Json::parse(Analyse(input, SampleQuestionnaires()).document);
  EXPECT_EQ(document["trend"]["tables"]["visits"]["all"], 40);
  EXPECT_TRUE(document["trend"]["tables"].contains("item/gift"));
  EXPECT_FALSE(document["trend"]["tables"].contains("officer"));
}

TEST(AnalysisTest, PublishedCellsAreKeptWithoutTheWithheldOnes) {
  const AnalysisResult result = Analyse(Input(30, 7), SampleQuestionnaires());
  ASSERT_OK_AND_ASSIGN(const std::vector<Cell> kept, ReadCells(WriteCells(result.cells)));
  size_t published = 0;
  for (const Cell& cell : result.cells) published += cell.withheld ? 0 : 1;
  EXPECT_EQ(kept.size(), published);
  EXPECT_FALSE(ReadCells("{").ok());
}

}  // namespace
}  // namespace rectify::followup::domain
