#include "services/venue_registry/domain/import_columns.h"

#include <string>

#include "absl/strings/str_split.h"
#include "libs/testing/status_matchers.h"
#include "samples.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kMinimal[] = "单位名称,类别,性质,统一社会信用代码,地址,街道";

std::vector<std::string> Cells(absl::string_view line) { return absl::StrSplit(line, ','); }

ImportHeader Header(absl::string_view line) { return *ImportHeader::Read(Cells(line)); }

StreetNames Streets() {
  StreetNames streets;
  streets.Add(kDistrict, "120110001", "张贵庄街道");
  streets.Add(kDistrict, "120110007", "金钟街道办事处");
  return streets;
}

ImportRow Row(absl::string_view header, absl::string_view line) {
  return ReadRow(Header(header), Cells(line), Streets());
}

absl::Status ViolationsOf(const ImportRow& row) {
  Violations violations = row.violations;
  return std::move(violations).Result();
}

std::string HeaderProblem(absl::string_view line) {
  const absl::Status status = ImportHeader::Read(Cells(line)).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "CSV_INVALID"));
  EXPECT_THAT(status, HasViolation("csv"));
  return DetailOf(status)->text.zh;
}

TEST(ImportHeader, TakesChineseAndEnglishNames) {
  EXPECT_EQ(Header(" 单位名称 ,Venue_Class,性质,USCC,地址,street").columns(),
            Header(kMinimal).columns());
}

TEST(ImportHeader, NamesWhatIsWrong) {
  EXPECT_THAT(HeaderProblem("单位名称,备注"), HasSubstr("“备注”不存在"));
  EXPECT_THAT(HeaderProblem("单位名称,display_name"), HasSubstr("“display_name”重复"));
  EXPECT_THAT(HeaderProblem("单位名称,类别"), HasSubstr("性质、地址、街道、统一社会信用代码"));
  EXPECT_THAT(HeaderProblem(std::string(kMinimal) + ",责任人手机"), HasSubstr("缺少列：责任人"));
  EXPECT_THAT(HeaderProblem(std::string(kMinimal) + ",经度,纬度"), HasSubstr("坐标系"));
  EXPECT_THAT(HeaderProblem("\xB5\xA5\xCE\xBB"), HasSubstr("UTF-8"));
}

TEST(ImportHeader, NeedsACodeColumnOrAReasonColumn) {
  EXPECT_OK(ImportHeader::Read(Cells("单位名称,类别,性质,无代码原因,地址,街道")));
}

TEST(ReadRow, UnderstandsChineseAndEnglishWords) {
  const ImportRow chinese = Row(kMinimal, "甲店,人员密集,宾馆,91120110ma05rc0a0r,地址1,张贵庄街道");
  EXPECT_OK(ViolationsOf(chinese));
  EXPECT_EQ(chinese.fields.venue_class, VenueClass::kCrowded);
  EXPECT_EQ(chinese.fields.kind, VenueKind::kHotel);
  EXPECT_EQ(chinese.fields.uscc, kUscc);
  const ImportRow english = Row(kMinimal, "甲店,production_storage,CARE_HOME,,地址1,120110001");
  EXPECT_EQ(english.fields.venue_class, VenueClass::kProductionStorage);
  EXPECT_EQ(english.fields.kind, VenueKind::kCareHome);
}

TEST(ReadRow, FindsStreetsByCodeNameAndDisplayName) {
  for (const char* text :
       {"120110001", "张贵庄", "张贵庄街道", "districts/120110/streets/120110001"}) {
    const ImportRow row = Row(kMinimal, std::string("甲,人员密集,宾馆,,址,") + text);
    EXPECT_EQ(row.fields.street_code, "120110001") << text;
  }
  EXPECT_EQ(Row(kMinimal, "甲,人员密集,宾馆,,址,金钟街道办事处").fields.street_code, "120110007");
  EXPECT_EQ(Row(kMinimal, "甲,人员密集,宾馆,,址,金钟").fields.street_code, "120110007");
  EXPECT_THAT(ViolationsOf(Row(kMinimal, "甲,人员密集,宾馆,,址,海河街道")), HasViolation("street"));
}

TEST(ReadRow, ReadsPointsFlagsAndExternalIds) {
  const std::string header = std::string(kMinimal) + ",经度,纬度,坐标系,外部编号,重点单位";
  const ImportRow row =
      Row(header, "甲,人员密集,宾馆,,址,张贵庄,117.44254825,39.06171056,GCJ-02,grid:1;cad：2:3,是");
  ASSERT_OK(ViolationsOf(row));
  EXPECT_EQ(row.fields.point, (Point{117.44254825, 39.06171056, Datum::kGcj02}));
  EXPECT_THAT(row.fields.external_ids, UnorderedElementsAre(Pair("grid", "1"), Pair("cad", "2:3")));
  EXPECT_TRUE(row.fields.key_unit);
  EXPECT_EQ(Row(header, "甲,人员密集,宾馆,,址,张贵庄,,,,,").fields.point, std::nullopt);
}

TEST(ReadRow, NamesEveryCellThatItCantRead) {
  const std::string header = std::string(kMinimal) + ",经度,纬度,坐标系,外部编号,重点单位";
  const absl::Status status =
      ViolationsOf(Row(header, "甲,密集,旅店,,址,无,东,39,北京54,grid,也许"));
  for (const char* field : {"venue_class", "kind", "street", "point.longitude", "point.datum",
                            "external_ids", "key_unit"}) {
    EXPECT_THAT(status, HasViolation(field)) << field;
  }
}

TEST(ReadRow, RefusesAnotherNumberOfColumns) {
  EXPECT_THAT(ViolationsOf(Row(kMinimal, "甲,人员密集,宾馆,,址,张贵庄,多")), HasViolation("csv"));
  EXPECT_THAT(ViolationsOf(Row(kMinimal, "甲,人员密集")), HasViolation("csv"));
}

TEST(ReadRow, RefusesNulAndBrokenUtf8NamingTheColumn) {
  std::vector<std::string> cells = Cells("甲,人员密集,宾馆,,址,张贵庄");
  cells[4] = std::string("a\0b", 3);
  EXPECT_THAT(ViolationsOf(ReadRow(Header(kMinimal), cells, Streets())), HasViolation("address"));
  cells[4] = "址";
  cells[0] = "\xB5\xA5";
  EXPECT_THAT(ViolationsOf(ReadRow(Header(kMinimal), cells, Streets())),
              HasViolation("display_name"));
}

TEST(ReadRow, WantsANameForAContact) {
  const std::string header = std::string(kMinimal) + ",责任人,责任人手机";
  EXPECT_THAT(ViolationsOf(Row(header, "甲,人员密集,宾馆,,址,张贵庄,,13812341234")),
              HasViolation("responsible_person"));
}

TEST(MergeRow, LeavesWhatTheFileDoesNotSpeakOf) {
  VenueFields row = SampleFields();
  row.point.reset();
  row.external_ids.clear();
  row.persons.clear();
  row.key_unit = false;
  const VenueFields merged = MergeRow(Header(kMinimal), row, SampleFields());
  EXPECT_EQ(merged.point, SampleFields().point);
  EXPECT_EQ(merged.external_ids, SampleFields().external_ids);
  EXPECT_EQ(merged.persons, SampleFields().persons);
  EXPECT_TRUE(merged.key_unit);
}

TEST(MergeRow, ClearsWithEmptyCellsButKeepsIdsOfOtherSystems) {
  const ImportHeader header =
      Header(std::string(kMinimal) + ",经度,纬度,坐标系,外部编号,重点单位,责任人,管理人");
  VenueFields row = SampleFields();
  row.point.reset();
  row.external_ids = {{"cad", "7"}};
  row.persons.clear();
  row.key_unit = false;
  const VenueFields merged = MergeRow(header, row, SampleFields());
  EXPECT_EQ(merged.point, std::nullopt);
  EXPECT_FALSE(merged.key_unit);
  EXPECT_THAT(merged.persons, IsEmpty());
  EXPECT_THAT(merged.external_ids, UnorderedElementsAre(Pair("cad", "7"), Pair("grid", "A-1")));
}

TEST(MergeRow, KeepsTheContactsOfTheSamePersonOnly) {
  const ImportHeader header = Header(std::string(kMinimal) + ",责任人");
  VenueFields row = SampleFields();
  row.persons = {{PersonRole::kResponsiblePerson, "张三丰", {}}};
  EXPECT_EQ(MergeRow(header, row, SampleFields()).persons, SampleFields().persons);
  row.persons[0].name = "赵六";
  EXPECT_THAT(MergeRow(header, row, SampleFields()).persons,
              ElementsAre(row.persons[0], SampleFields().persons[1]));
}

TEST(MergeRow, ReplacesTheReasonByACode) {
  VenueFields present = SampleFields();
  present.uscc = "";
  present.no_uscc_reason = "无照经营";
  EXPECT_OK(CheckVenue(MergeRow(Header(kMinimal), SampleFields(), present)));
}

}  // namespace
}  // namespace rectify::venue::domain
