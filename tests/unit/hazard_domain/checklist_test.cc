// Checklists: the data of the program, and answers.
#include "services/hazard_findings/domain/checklist.h"

#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "services/hazard_findings/api/catalog_data.h"
#include "services/hazard_findings/api/checklist_data.h"

namespace rectify::hazard::domain {
namespace {

Checklist Sample() {
  Checklist list;
  list.code = "sample";
  list.version = 1;
  list.title = "示例清单";
  list.classes = {{"RJ", "人员密集场所", ""}, {"SC", "生产储存场所", ""}};
  list.items = {{"Z1", "通道畅通", {}, {"C01"}}, {"Z2", "库房用电", {"SC"}, {"D05"}}};
  return list;
}

absl::Status Inspected(const std::vector<ChecklistAnswer>& answers, int findings) {
  Problems problems;
  CheckInspectionAnswers(answers, Sample(), findings, "answers", problems);
  return std::move(problems).Result();
}

absl::Status Answered(const std::vector<ChecklistAnswer>& answers, const char* target_class) {
  Problems problems;
  CheckSelfAnswers(answers, Sample(), target_class, "answers", problems);
  return std::move(problems).Result();
}

ChecklistAnswer Pass(const char* item) { return {item, AnswerResult::kPass, "", {}, false}; }
ChecklistAnswer Fail(const char* item, std::vector<int> findings, bool hint) {
  return {item, AnswerResult::kFail, "", std::move(findings), hint};
}

TEST(ChecklistTest, TheHighRiseListHasFourClassesSixteenItemsAndNineDepartments) {
  const auto lists = api::LoadChecklists();
  ASSERT_OK(lists);
  const Checklist* list = lists->Find("high-rise", 0);
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->classes.size(), 4u);
  EXPECT_EQ(list->items.size(), 16u);
  EXPECT_EQ(list->tasks.size(), 9u);
}

TEST(ChecklistTest, EveryItemLeadsToKindsOfTheCatalogue) {
  const auto lists = api::LoadChecklists();
  const auto catalog = api::LoadCatalog({});
  ASSERT_OK(lists);
  ASSERT_OK(catalog);
  const CatalogVersion* version = catalog->On(absl::CivilDay(2023, 1, 1));
  for (const Checklist& list : lists->all()) {
    for (const ChecklistItem& item : list.items) {
      EXPECT_FALSE(item.catalog_codes.empty()) << item.code;
      for (const std::string& code : item.catalog_codes) {
        EXPECT_NE(version->Find(code), nullptr) << item.code << " " << code;
      }
    }
  }
}

TEST(ChecklistTest, TheNewestVersionIsFoundWithoutNumber) {
  Checklist second = Sample();
  second.version = 2;
  const auto lists = Checklists::Create({second, Sample()});
  ASSERT_OK(lists);
  EXPECT_EQ(lists->Find("sample", 0)->version, 2);
  EXPECT_EQ(lists->Find("sample", 1)->version, 1);
  EXPECT_EQ(lists->Find("sample", 3), nullptr);
  EXPECT_EQ(ReasonOf(Checklists::Create({Sample(), Sample()}).status()), "INVALID_FIELD");
}

TEST(ChecklistTest, AnItemOfAnUnknownClassIsRefused) {
  Checklist list = Sample();
  list.items[1].classes = {"XX"};
  EXPECT_EQ(ReasonOf(Checklists::Create({list}).status()), "INVALID_FIELD");
}

TEST(ChecklistTest, AFailedItemOfAnInspectionIsAFindingOrAHint) {
  EXPECT_OK(Inspected({Pass("Z1"), Fail("Z2", {0}, false)}, 1));
  EXPECT_OK(Inspected({Fail("Z1", {}, true)}, 0));
  EXPECT_EQ(ReasonOf(Inspected({Fail("Z1", {}, false)}, 1)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Inspected({Fail("Z1", {0}, true)}, 1)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Inspected({Fail("Z1", {1}, false)}, 1)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Inspected({{"Z1", AnswerResult::kPass, "", {0}, false}}, 1)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Inspected({Pass("Z9")}, 0)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Inspected({Pass("Z1"), Pass("Z1")}, 0)), "INVALID_FIELD");
}

TEST(ChecklistTest, AVenueAnswersEveryItemOfItsClassAndNoOther) {
  EXPECT_OK(Answered({Pass("Z1")}, "RJ"));
  EXPECT_OK(Answered({Pass("Z2"), Fail("Z1", {}, false)}, "SC"));
  EXPECT_EQ(ReasonOf(Answered({Pass("Z1")}, "SC")), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Answered({Pass("Z1"), Pass("Z2")}, "RJ")), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Answered({Fail("Z1", {}, true)}, "RJ")), "INVALID_FIELD");
}

}  // namespace
}  // namespace rectify::hazard::domain
