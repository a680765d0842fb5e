#include "services/venue_registry/domain/import_plan.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/testing/status_matchers.h"
#include "samples.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Result = ImportPlan::Result;

const ImportHeader& Header() {
  static const auto& header = *new ImportHeader(*ImportHeader::Read(
      absl::StrSplit("单位名称,类别,性质,统一社会信用代码,无代码原因,地址,街道,外部编号", ',')));
  return header;
}

ImportRow Row(absl::string_view name, absl::string_view uscc, absl::string_view address,
              absl::string_view external = "") {
  StreetNames streets;
  streets.Add(kDistrict, "120110001", "张贵庄街道");
  const std::string reason = uscc.empty() ? "无照经营" : "";
  const std::string line =
      absl::StrCat(name, ",人员密集,宾馆,", uscc, ",", reason, ",", address, ",张贵庄,", external);
  const std::vector<std::string> cells = absl::StrSplit(line, ',');
  return ReadRow(Header(), cells, streets);
}

ImportPlan Plan(std::vector<Venue> present = {}) {
  return ImportPlan(kDistrict, SampleTime(), std::move(present));
}

Venue Registered(const ImportRow& row, const std::string& id = kVenueId) {
  return *RegisterVenue(kDistrict, id, row.fields, SampleTime());
}

TEST(ImportPlan, RegistersWhatIsNew) {
  ImportPlan plan = Plan();
  ASSERT_OK_AND_ASSIGN(const auto outcome, plan.Apply(Header(), Row("甲店", kUscc, "址1")));
  EXPECT_EQ(outcome.result, Result::kCreated);
  ASSERT_THAT(plan.Changed(), SizeIs(1));
  EXPECT_FALSE(plan.Changed()[0].before.has_value());
  EXPECT_EQ(plan.Changed()[0].venue.id, outcome.venue_id);
}

TEST(ImportPlan, NamesTheSameContentAlike) {
  ImportPlan one = Plan(), other = Plan();
  const auto first = *one.Apply(Header(), Row("甲店", kUscc, "址1"));
  EXPECT_EQ(other.Apply(Header(), Row("甲店", kUscc, "址2"))->venue_id, first.venue_id);
  EXPECT_NE(other.Apply(Header(), Row("乙店", kUscc, "址1"))->venue_id, first.venue_id);
  ImportPlan external = Plan();
  const auto by_id = *external.Apply(Header(), Row("甲店", kUscc, "址1", "key:a"));
  ImportPlan again = Plan();
  EXPECT_EQ(again.Apply(Header(), Row("丙店", "", "址9", "key:a"))->venue_id, by_id.venue_id);
}

TEST(ImportPlan, TakesARepeatedRowAsUnchangedAndADifferentOneAsUpdate) {
  ImportPlan plan = Plan();
  ASSERT_OK(plan.Apply(Header(), Row("甲店", kUscc, "址1")));
  EXPECT_EQ(plan.Apply(Header(), Row("甲店", kUscc, "址1"))->result, Result::kUnchanged);
  EXPECT_EQ(plan.Apply(Header(), Row("甲店", kUscc, "址2"))->result, Result::kUpdated);
  ASSERT_THAT(plan.Changed(), SizeIs(1));
  EXPECT_EQ(plan.Changed()[0].venue.version, 2);
  ASSERT_THAT(plan.steps(), SizeIs(2));
  EXPECT_TRUE(plan.steps()[0].registered);
  EXPECT_EQ(plan.steps()[0].change.venue.version, 1);
  EXPECT_THAT(plan.steps()[1].change.changed, ElementsAre("address"));
}

TEST(ImportPlan, FindsTheStoredVenueByCodeAndName) {
  ImportPlan plan = Plan({Registered(Row("甲店", kUscc, "址1"))});
  EXPECT_EQ(plan.Apply(Header(), Row("甲店", kUscc, "址1"))->result, Result::kUnchanged);
  EXPECT_THAT(plan.Changed(), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto outcome, plan.Apply(Header(), Row("甲店", kUscc, "址2")));
  EXPECT_EQ(outcome.venue_id, kVenueId);
  EXPECT_EQ(plan.Apply(Header(), Row("乙店", kUscc, "址1"))->result, Result::kCreated);
}

TEST(ImportPlan, FindsVenuesWithoutACodeByNameAndPlace) {
  ImportPlan plan = Plan({Registered(Row("甲店", "", "址1"))});
  EXPECT_EQ(plan.Apply(Header(), Row("甲店", "", "址1"))->result, Result::kUnchanged);
  EXPECT_EQ(plan.Apply(Header(), Row("甲店", "", "址2"))->result, Result::kCreated);
}

TEST(ImportPlan, PrefersTheExternalIdSoThatAVenueMayBeRenamed) {
  ImportPlan plan = Plan({Registered(Row("甲店", kUscc, "址1", "grid:1"))});
  ASSERT_OK_AND_ASSIGN(const auto outcome,
                       plan.Apply(Header(), Row("新名店", kUscc, "址1", "grid:1")));
  EXPECT_EQ(outcome.result, Result::kUpdated);
  EXPECT_EQ(outcome.venue_id, kVenueId);
  EXPECT_EQ(plan.Apply(Header(), Row("新名店", kUscc, "址1"))->venue_id, kVenueId);
  EXPECT_EQ(plan.Apply(Header(), Row("甲店", kUscc, "址1"))->result, Result::kCreated);
}

TEST(ImportPlan, RefusesToTakeTheKeyOfAnotherVenue) {
  constexpr char kOther[] = "01857a2c-0000-7000-8000-000000000002";
  ImportPlan plan = Plan({Registered(Row("甲店", kUscc, "址1", "grid:1")),
                          Registered(Row("乙店", kUscc, "址2", "grid:2"), kOther)});
  const auto exists = StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS");
  EXPECT_THAT(plan.Apply(Header(), Row("乙店", kUscc, "址1", "grid:1")), exists);
  EXPECT_THAT(plan.Apply(Header(), Row("甲店", kUscc, "址1", "grid:1;grid2:x")),
              ::rectify::testing::IsOk());
  EXPECT_THAT(plan.Apply(Header(), Row("丙店", kUscc, "址1", "grid:2;grid2:x")), exists);
  EXPECT_THAT(plan.Changed(), SizeIs(1));
}

TEST(ImportPlan, RefusesRowsOfClosedVenues) {
  ASSERT_OK_AND_ASSIGN(
      const Venue closed,
      CloseVenue(Registered(Row("甲店", kUscc, "址1", "grid:1")), "搬离", SampleTime()));
  ImportPlan plan = Plan({closed});
  const auto refused = StatusIs(absl::StatusCode::kFailedPrecondition, "VENUE_CLOSED");
  EXPECT_THAT(plan.Apply(Header(), Row("甲店", kUscc, "址1")), refused);
  EXPECT_THAT(plan.Apply(Header(), Row("乙店", kUscc, "址1", "grid:1")), refused);
  EXPECT_THAT(plan.Changed(), IsEmpty());
}

TEST(ImportPlan, TellsUnreadableCellsAndBrokenRulesTogether) {
  StreetNames streets;
  const std::vector<std::string> cells =
      absl::StrSplit(",密集,宾馆,91120110MA05RC0A0A,,址,无,", ',');
  const absl::Status status = Plan().Apply(Header(), ReadRow(Header(), cells, streets)).status();
  for (const char* field : {"display_name", "venue_class", "uscc", "street"}) {
    EXPECT_THAT(status, HasViolation(field)) << field;
  }
}

}  // namespace
}  // namespace rectify::venue::domain
