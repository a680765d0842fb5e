#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/adapters/open311/document.h"
#include "services/gateway/adapters/open311/mapping.h"
#include "tests/unit/gateway/wrong_file.h"

namespace rectify::gateway::open311 {
namespace {

using hazard::v1::CreateLeadRequest;
using hazard::v1::Lead;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kId[] = "018a97a3-a980-776c-a55f-7b9a21910f18";

const Mapping& Rules() {
  static const Mapping* const kRules = Mapping::Load("")->release();
  return *kRules;
}

Lead Reported() {
  Lead lead;
  lead.set_name(absl::StrCat("districts/120110/leads/", kId));
  lead.set_source(Lead::SOURCE_COMPLAINT);
  lead.set_category(Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF);
  lead.set_text("楼道\n堵塞\n附件：https://example.cn/1.jpg");
  lead.set_place("示例路1号（坐标 117.3,39.1）");
  lead.mutable_receive_time()->set_seconds(1'672'704'000);  // 2023-01-03 08:00 in China
  lead.set_state(Lead::STATE_RECEIVED);
  // None of these is the reporter's.
  lead.set_officer("districts/120110/officers/secret");
  lead.set_inspection("districts/120110/inspections/secret");
  lead.set_verification("secret");
  lead.set_reply("secret");
  lead.set_venue("districts/120110/venues/secret");
  lead.set_reporter("districts/120110/departments/secret");
  lead.set_has_complainant(true);
  return lead;
}

struct ReportCase {
  const char* name;
  Record report;
  const char* text;
  const char* place;
};

TEST(Open311MappingTest, AReportBecomesALead) {
  const ReportCase cases[] = {
      {"all",
       {{"service_code", "blocked-exit"},
        {"description", "  楼道\r\n堵塞 "},
        {"address_string", "示例路1号"},
        {"long", "117.3"},
        {"lat", "39.1"},
        {"media_url", "https://example.cn/1.jpg"}},
       "楼道\n堵塞\n附件：https://example.cn/1.jpg",
       "示例路1号（坐标 117.3,39.1）"},
      {"only coordinates",
       {{"service_code", "blocked-exit"}, {"long", "-0.5"}, {"lat", "0"}},
       "堵塞疏散通道、安全出口或者擅自停用消防设施",
       "（坐标 -0.5,0）"},
      {"an id of an address",
       {{"service_code", "blocked-exit"}, {"description", "x"}, {"address_id", "77"}},
       "x",
       "（地址编号 77）"}};
  for (const ReportCase& each : cases) {
    SCOPED_TRACE(each.name);
    ASSERT_OK_AND_ASSIGN(const CreateLeadRequest request, Rules().ToLead("120110", each.report));
    EXPECT_EQ(request.parent(), "districts/120110");
    EXPECT_EQ(request.lead().source(), Lead::SOURCE_COMPLAINT);
    EXPECT_EQ(request.lead().category(), Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF);
    EXPECT_EQ(request.lead().text(), each.text);
    EXPECT_EQ(request.lead().place(), each.place);
    EXPECT_FALSE(request.has_complainant());
    EXPECT_FALSE(request.lead().has_receive_time());
  }
}

TEST(Open311MappingTest, WhoReportsIsKeptApart) {
  ASSERT_OK_AND_ASSIGN(const CreateLeadRequest request,
                       Rules().ToLead("120110", {{"service_code", "fire-hazard"},
                                                 {"address_string", "示例路1号"},
                                                 {"first_name", "小明"},
                                                 {"last_name", "示"},
                                                 {"phone", "13800001111"},
                                                 {"email", "me@example.cn"}}));
  EXPECT_EQ(request.complainant().display_name(), "示小明");
  EXPECT_EQ(request.complainant().phone(), "13800001111");
  EXPECT_EQ(request.complainant().address(), "me@example.cn");
  for (const char* private_word : {"小明", "1380", "me@"}) {
    EXPECT_THAT(request.lead().ShortDebugString(), Not(HasSubstr(private_word)));
  }
}

TEST(Open311MappingTest, WhatIsWrongIsNamedAsTheClientCallsIt) {
  const std::pair<const char*, Record> cases[] = {
      {"service_code", {}},
      {"lat", {{"service_code", "fire-hazard"}, {"long", "117"}}},
      {"lat", {{"service_code", "fire-hazard"}, {"long", "117"}, {"lat", "90.1"}}},
      {"long", {{"service_code", "fire-hazard"}, {"long", "-181"}, {"lat", "39"}}},
      {"long", {{"service_code", "fire-hazard"}, {"long", "1e2"}, {"lat", "39"}}},
      {"media_url", {{"service_code", "fire-hazard"}, {"media_url", "https://a b"}}}};
  for (const auto& [field, report] : cases) {
    EXPECT_THAT(Rules().ToLead("120110", report), HasViolation(field)) << field;
  }
  EXPECT_THAT(Rules().ToLead("120110", {{"service_code", "potholes"}}),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  const absl::Status theirs =
      Rules().InTheirWords(FieldError("lead.place", {"lead.place 必填", "x"}));
  EXPECT_THAT(theirs, HasViolation("address_string"));
  EXPECT_EQ(DetailOf(theirs)->text.zh, "address_string 必填");
}

struct StatusCase {
  Lead::State state;
  Lead::Outcome outcome;
  const char* status;
  const char* note;
};

TEST(Open311MappingTest, EachStateIsOpenOrClosedWithANote) {
  const StatusCase cases[] = {
      {Lead::STATE_RECEIVED, Lead::OUTCOME_UNSPECIFIED, "open", "信息收集"},
      {Lead::STATE_ACCEPTED, Lead::OUTCOME_UNSPECIFIED, "open", "任务派遣"},
      {Lead::STATE_VERIFIED, Lead::OUTCOME_CONFIRMED, "open", "处理反馈：已核查，等待答复"},
      {Lead::STATE_VERIFIED, Lead::OUTCOME_NOT_CONFIRMED, "open", "处理反馈：已核查，等待答复"},
      {Lead::STATE_CLOSED, Lead::OUTCOME_CONFIRMED, "closed", "经核查属实"},
      {Lead::STATE_CLOSED, Lead::OUTCOME_NOT_CONFIRMED, "closed", "经核查不属实"},
      {Lead::STATE_REFUSED, Lead::OUTCOME_UNSPECIFIED, "closed", "不予受理：不属于消防"},
      {Lead::STATE_TRANSFERRED, Lead::OUTCOME_UNSPECIFIED, "closed", "已移送其他部门：不属于消防"}};
  for (const StatusCase& each : cases) {
    Lead lead = Reported();
    lead.set_state(each.state);
    lead.set_outcome(each.outcome);
    lead.set_reason("不属于消防");
    const auto shown = Rules().LeadAsJson(lead, std::nullopt);
    EXPECT_EQ(shown["status"], each.status) << each.note;
    EXPECT_THAT(shown["status_notes"].get<std::string>(), HasSubstr(each.note));
    EXPECT_EQ(Rules().IsClosed(lead), std::string(each.status) == "closed");
  }
}

TEST(Open311MappingTest, ALeadShowsWhatWasReportedAndNothingElse) {
  Lead lead = Reported();
  lead.mutable_accept_time()->set_seconds(1'672'707'600);
  const auto shown = Rules().LeadAsJson(lead, absl::FromUnixSeconds(1'672'790'400));
  EXPECT_EQ(shown, Json({{"service_request_id", kId},
                         {"status", "open"},
                         {"status_notes", "信息收集：已接收，等待受理"},
                         {"service_name", "堵塞疏散通道、安全出口或者擅自停用消防设施"},
                         {"service_code", "blocked-exit"},
                         {"description", "楼道\n堵塞"},
                         {"agency_responsible", "区消防救援支队"},
                         {"service_notice", Rules().rules().notice()},
                         {"requested_datetime", "2023-01-03T08:00:00+08:00"},
                         {"updated_datetime", "2023-01-03T09:00:00+08:00"},
                         {"expected_datetime", "2023-01-04T08:00:00+08:00"},
                         {"address", "示例路1号"},
                         {"lat", 39.1},
                         {"long", 117.3},
                         {"media_url", "https://example.cn/1.jpg"}}));
}

TEST(Open311MappingTest, AWrongFileIsRefusedWithItsFaults) {
  ExpectFaults<Mapping>(
      "open311_mapping.txtpb",
      {{"version: 1", "version: 0", "version"},
       {"source: SOURCE_COMPLAINT", "", "source"},
       {"source: SOURCE_COMPLAINT", "sauce: 1", "file.txtpb:5"},
       {"fields { target: TARGET_TEXT parts { field: \"description\" } }", "", "TARGET_TEXT"},
       {"target: TARGET_COORDINATE_X", "target: TARGET_RECEIVE_TIME", "one coordinate without"},
       {"target: TARGET_MEDIA_URL", "target: TARGET_EXTERNAL_ID", "neither an external id"},
       {"target: TARGET_MEDIA_URL", "target: TARGET_TEXT", "TARGET_TEXT"},
       {"parts { field: \"media_url\" }", "", "parts"},
       {"code: \"fire-hazard\"", "code: \"blocked-exit\"", "services[blocked-exit].code"},
       {"code: \"fire-hazard\"", "code: \"fire hazard\"", "other characters"},
       {"category: CATEGORY_OTHER", "", "services[fire-hazard].category"},
       {"statuses { state: STATE_VERIFIED",
        "statuses { state: STATE_VERIFIED outcome: OUTCOME_CONFIRMED",
        "STATE_VERIFIED OUTCOME_NOT_CONFIRMED"}});
}

TEST(Open311DocumentTest, XmlEscapesEverything) {
  const Json content = Json::array({{{"text", "<a href=\"x\">&amp;'</a>]]>"},
                                     {"bad", std::string("a\x01\xEF\xBF\xBF"
                                                         "b")},
                                     {"none", nullptr},
                                     {"yes", true},
                                     {"lat", 39.1},
                                     {"lines", "1\n2"}}});
  EXPECT_EQ(ToXml({content, "requests", "request"}),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><requests><request>"
            "<text>&lt;a href=\"x\"&gt;&amp;amp;'&lt;/a&gt;]]&gt;</text><bad>a\xEF\xBF\xBD"
            "\xEF\xBF\xBD"
            "b</bad><none/><yes>true</yes><lat>39.1</lat><lines>1\n2</lines>"
            "</request></requests>");
  EXPECT_EQ(
      ToXml({{{"service_code", "a"}, {"attributes", Json::array()}}, "service_definition", ""}),
      "<?xml version=\"1.0\" encoding=\"utf-8\"?><service_definition>"
      "<service_code>a</service_code><attributes/></service_definition>");
}

}  // namespace
}  // namespace rectify::gateway::open311
