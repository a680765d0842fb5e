#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "rectify/deadline/v1/order.pb.h"
#include "rectify/hazard/v1/evidence.pb.h"
#include "rectify/hazard/v1/lead.pb.h"
#include "rectify/venue/v1/building.pb.h"
#include "rectify/venue/v1/venue.pb.h"
#include "services/gateway/contracts/terms.h"
#include "services/gateway/sheets/cells.h"
#include "services/gateway/sheets/export.h"
#include "services/gateway/sheets/pages.h"

namespace rectify::gateway {
namespace {

using nlohmann::json;
using ::rectify::testing::HasViolation;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

std::vector<std::string> TitlesOf(const google::protobuf::Descriptor& type) {
  std::vector<std::string> titles;
  for (const Column& column : ColumnsOf(type)) titles.push_back(column.title);
  return titles;
}

Cell CellUnder(const google::protobuf::Message& row, const std::string& header) {
  return CellsOf(row, {FindColumn(*row.GetDescriptor(), header)})[0];
}
std::string TextUnder(const google::protobuf::Message& row, const std::string& header) {
  return CellUnder(row, header).text;
}

template <typename Message>
absl::StatusOr<json> Read(const std::string& header, absl::string_view text) {
  return ReadCell(FindColumn(*Message::descriptor(), header), text);
}

TEST(TermsTest, AreWhatTheCommentCallsIt) {
  EXPECT_EQ(TermIn("直接送达."), "直接送达");
  EXPECT_EQ(TermIn("留置送达: refused, left with a witness."), "留置送达");
  EXPECT_EQ(TermIn("强制清除、拆除 (消防法 60 III)."), "强制清除、拆除");
  EXPECT_EQ(TermIn("Output only. Every item was rectified (已销案)."), "已销案");
  EXPECT_EQ(TermIn("Enforcement officer (监督员, 承办人)."), "监督员");
  EXPECT_EQ(TermIn("A blocked exit: 24 hours (消防监督检查规定第十八条)."), "");
  EXPECT_EQ(TermIn("Use (消防法 73; 公安部令61号 13)."), "");
  EXPECT_EQ(TermIn("At least two (GB 1) officers (执法人员); the first (承办人)."), "执法人员");
  EXPECT_EQ(TermIn("For example 春节."), "");
  EXPECT_EQ(TermIn("An open bracket ("), "");
  EXPECT_EQ(TermIn(""), "");
}

// A term that two fields share would be the title of two columns.
TEST(ColumnsTest, TitlesAreUniqueInEveryList) {
  ASSERT_OK_AND_ASSIGN(const RouteTable routes,
                       RouteTable::Create({"venue", "hazard", "deadline", "reminder", "followup"}));
  int lists = 0;
  for (const Route& route : routes.routes()) {
    if (!HasSheet(route)) continue;
    ++lists;
    const auto titles = TitlesOf(*RowsField(*route.method->output_type())->message_type());
    const std::set<std::string> distinct(titles.begin(), titles.end());
    EXPECT_EQ(titles.size(), distinct.size()) << route.method->full_name();
  }
  EXPECT_GT(lists, 30);
}

TEST(ColumnsTest, FieldsOfMessagesAreColumnsOfTheirOwn) {
  const auto titles = TitlesOf(*venue::v1::Venue::descriptor());
  EXPECT_EQ(titles.front(), "资源名");
  EXPECT_THAT(titles, Contains("位置.经度"));
  EXPECT_THAT(titles, Contains("责任人和管理人"));
  EXPECT_THAT(titles, Not(Contains("位置")));
}

TEST(ColumnsTest, GoByTheirTermTheirJsonNameOrTheirFieldName) {
  const auto& venue = *venue::v1::Venue::descriptor();
  for (const char* header : {"位置.经度", "point.longitude", "位置.longitude", "point.经度"}) {
    EXPECT_EQ(FieldPathOf(FindColumn(venue, header)), "point.longitude") << header;
  }
  for (const char* header : {"单位名称", "displayName", "display_name"}) {
    EXPECT_EQ(FieldPathOf(FindColumn(venue, header)), "display_name") << header;
  }
  for (const char* header :
       {"", ".", "颜色", "位置", "point", "point.", "persons.role", "name.x"}) {
    EXPECT_THAT(FindColumn(venue, header).path, IsEmpty()) << header;
  }
}

TEST(CellsTest, AreInTheWordsOfPeople) {
  venue::v1::Venue venue;
  venue.set_kind(venue::v1::VENUE_KIND_SCHOOL);
  venue.set_state(venue::v1::Venue::STATE_ACTIVE);
  venue.set_key_unit(true);
  venue.mutable_create_time()->set_seconds(1675618200);  // 2023-02-05T17:30:00Z
  venue.mutable_point()->set_longitude(-117.1);
  venue.mutable_point()->set_datum(venue::v1::DATUM_GCJ02);
  (*venue.mutable_external_ids())["grid"] = "A-1";
  EXPECT_EQ(TextUnder(venue, "kind"), "学校");
  EXPECT_EQ(TextUnder(venue, "state"), "在用");
  EXPECT_EQ(TextUnder(venue, "point.datum"), "GCJ02");  // no Chinese term
  EXPECT_EQ(TextUnder(venue, "keyUnit"), "是");
  EXPECT_EQ(TextUnder(venue, "createTime"), "2023-02-06 01:30:00");
  EXPECT_EQ(TextUnder(venue, "externalIds"), R"({"grid":"A-1"})");
  EXPECT_EQ(TextUnder(venue, "persons"), "");
  venue.add_persons()->set_role(venue::v1::PERSON_ROLE_MANAGER);
  EXPECT_EQ(TextUnder(venue, "persons"), R"([{"role":"PERSON_ROLE_MANAGER"}])");
  EXPECT_EQ(CellUnder(venue, "point.longitude").text, "-117.1");
  EXPECT_TRUE(CellUnder(venue, "point.longitude").number);
  EXPECT_FALSE(CellUnder(venue, "keyUnit").number);
}

TEST(CellsTest, WhatIsNotThereIsEmpty) {
  const venue::v1::Venue venue;
  for (const char* header : {"kind", "createTime", "point.longitude", "uscc", "externalIds"}) {
    EXPECT_EQ(TextUnder(venue, header), "") << header;
  }
  EXPECT_EQ(TextUnder(venue, "keyUnit"), "否");
}

TEST(CellsTest, ListsAndDatesAndLargeNumbers) {
  deadline::v1::Order order;
  order.add_officers("districts/1/officers/a");
  order.add_officers("districts/1/officers/b");
  order.mutable_inspection_day()->set_year(2023);
  order.mutable_inspection_day()->set_month(2);
  order.mutable_inspection_day()->set_day(6);
  EXPECT_EQ(TextUnder(order, "officers"), "districts/1/officers/a；districts/1/officers/b");
  EXPECT_EQ(TextUnder(order, "inspectionDay"), "2023-02-06");
  audit::v1::AuditEntry entry;
  for (const auto& [id, number] :
       {std::pair<int64_t, bool>(123456789012345, true), {1234567890123456, false}}) {
    entry.set_entry_id(id);
    EXPECT_EQ(TextUnder(entry, "entryId"), absl::StrCat(id));
    EXPECT_EQ(CellUnder(entry, "entryId").number, number);
  }
}

TEST(ReadCellTest, TakesWhatPeopleAndSpreadsheetsWrite) {
  using hazard::v1::Lead;
  for (const char* text : {"2023-02-06 01:30:00", "2023/2/6 1:30", "2023-02-06T01:30:00+08:00",
                           "2023-02-05T17:30:00Z", "44963.0625", "2023年2月6日 1:30"}) {
    ASSERT_OK_AND_ASSIGN(const json value, Read<Lead>("receiveTime", text));
    EXPECT_EQ(value, "2023-02-05T17:30:00Z") << text;
  }
  for (const char* text :
       {"2023-02-06", "2023/2/6", "44963", "2023年2月6日", "2023-02-06 00:00:00"}) {
    ASSERT_OK_AND_ASSIGN(const json value, Read<deadline::v1::Order>("inspectionDay", text));
    EXPECT_EQ(value, (json{{"year", 2023}, {"month", 2}, {"day", 6}})) << text;
  }
  for (const char* text : {"举报投诉", "SOURCE_COMPLAINT", "complaint"}) {
    ASSERT_OK_AND_ASSIGN(const json value, Read<Lead>("来源", text));
    EXPECT_EQ(value, "SOURCE_COMPLAINT") << text;
  }
  using venue::v1::Venue;
  for (const auto& [text, truth] :
       {std::pair("是", true), {"true", true}, {"1", true}, {"否", false}}) {
    ASSERT_OK_AND_ASSIGN(const json value, Read<Venue>("keyUnit", text));
    EXPECT_EQ(value, truth) << text;
  }
  ASSERT_OK_AND_ASSIGN(const json number, Read<Venue>("point.latitude", "３９.５"));
  EXPECT_EQ(number, 39.5);
  ASSERT_OK_AND_ASSIGN(const json list, Read<deadline::v1::Order>("officers", "a；b; c"));
  EXPECT_EQ(list, json::array({"a", "b", "c"}));
  ASSERT_OK_AND_ASSIGN(const json map, Read<Venue>("externalIds", R"({"grid":"A-1"})"));
  EXPECT_EQ(map, (json{{"grid", "A-1"}}));
  ASSERT_OK_AND_ASSIGN(const json floors, Read<venue::v1::Building>("floorsAbove", "33"));
  EXPECT_EQ(floors, "33");
}

TEST(ReadCellTest, NamesTheFieldOfWhatItCannotRead) {
  using hazard::v1::Lead;
  using venue::v1::Venue;
  EXPECT_THAT(Read<Lead>("来源", "不存在"), HasViolation("source"));
  EXPECT_THAT(Read<Lead>("receiveTime", "昨天"), HasViolation("receive_time"));
  EXPECT_THAT(Read<Lead>("receiveTime", "2023-02-30"), HasViolation("receive_time"));
  EXPECT_THAT(Read<Lead>("receiveTime", "0"), HasViolation("receive_time"));
  EXPECT_THAT(Read<deadline::v1::Order>("inspectionDay", "2023-02-06 01:30"),
              HasViolation("inspection_day"));
  EXPECT_THAT(Read<Venue>("keyUnit", "也许"), HasViolation("key_unit"));
  EXPECT_THAT(Read<Venue>("point.latitude", "三十九"), HasViolation("point.latitude"));
  EXPECT_THAT(Read<Venue>("point.latitude", "inf"), HasViolation("point.latitude"));
  EXPECT_THAT(Read<Venue>("externalIds", "{"), HasViolation("external_ids"));
  EXPECT_THAT(Read<venue::v1::Building>("floorsAbove", "3.5"), HasViolation("floors_above"));
}

// Whoever fills in an exported sheet and sends it back has changed nothing else.
TEST(ReadCellTest, ReadsWhatWasWritten) {
  venue::v1::Venue venue;
  venue.set_display_name("示例");
  venue.set_kind(venue::v1::VENUE_KIND_OTHER);
  venue.mutable_point()->set_longitude(117.31234567890123);
  venue.mutable_point()->set_datum(venue::v1::DATUM_BD09);
  venue.mutable_update_time()->set_seconds(1675618200);
  venue.add_persons()->set_person_name("张**");
  std::map<std::string, json> read;
  for (const Column& column : ColumnsOf(*venue::v1::Venue::descriptor())) {
    const std::string text = CellsOf(venue, {column})[0].text;
    if (text.empty()) continue;
    ASSERT_OK_AND_ASSIGN(read[column.title], ReadCell(column, text));
  }
  EXPECT_EQ(read["位置.经度"], 117.31234567890123);
  EXPECT_EQ(read["性质"], "VENUE_KIND_OTHER");
  EXPECT_EQ(read["更新时间"], "2023-02-05T17:30:00Z");
  EXPECT_EQ(read["责任人和管理人"][0]["personName"], "张**");
  EXPECT_EQ(read["消防安全重点单位"], false);
}

}  // namespace
}  // namespace rectify::gateway
