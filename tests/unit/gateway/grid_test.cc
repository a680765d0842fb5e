#include "services/gateway/adapters/grid/grid.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/http/target.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/adapters/grid/mapping.h"
#include "tests/unit/gateway/wrong_file.h"

namespace rectify::gateway {
namespace {

using grid::Batch;
using grid::Mapping;
using hazard::v1::CreateLeadRequest;
using hazard::v1::Lead;
using hazard::v1::ListLeadsRequest;
using hazard::v1::ListLeadsResponse;
using nlohmann::json;
using ::rectify::testing::HasViolation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Mapping& Rules() {
  static const Mapping* const kRules = Mapping::Load("")->release();
  return *kRules;
}

// A record as the platform sends it; most of its fields are of no use here.
json Sent() {
  return {{"rec_id", 22015},
          {"task_num", "22015"},
          {"event_desc", "春竹轩6号楼安全出口上锁\r\n已劝告"},
          {"event_type_name", "网格化事件"},
          {"main_type_name", "消防安全"},
          {"sub_type_name", "锁闭安全出口"},
          {"address", "东丽区军粮城街春竹轩社区"},
          {"street_name", "军粮城街道"},
          {"community_name", "军粮城街道社区"},
          {"cell_name", "春竹轩社区03网格"},
          {"coordinate_x", "117.44254825"},
          {"coordinate_y", 39.06171056},
          {"create_time", "2019-08-30 11:59:12"},
          {"event_state_id", 1},
          {"archive_time", nullptr}};
}

// ---- In

TEST(GridMappingTest, ARecordBecomesALead) {
  ASSERT_OK_AND_ASSIGN(const Batch batch,
                       Rules().ReadRecords("120110", json::array({Sent()}).dump()));
  ASSERT_EQ(batch.records.size(), 1u);
  EXPECT_EQ(batch.records[0].rec_id, "22015");
  EXPECT_EQ(batch.ignored, 3);
  ASSERT_OK(batch.records[0].request);
  const CreateLeadRequest& request = *batch.records[0].request;
  EXPECT_EQ(request.parent(), "districts/120110");
  const Lead& lead = request.lead();
  EXPECT_EQ(lead.source(), Lead::SOURCE_GRID_WORKER);
  EXPECT_EQ(lead.external_id(), "22015");
  EXPECT_EQ(lead.category(), Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF);
  EXPECT_EQ(lead.text(),
            "春竹轩6号楼安全出口上锁\n已劝告\n事件类别：网格化事件／消防安全／锁闭安全出口");
  EXPECT_EQ(lead.place(),
            "东丽区军粮城街春竹轩社区，军粮城街道，军粮城街道社区，春竹轩社区03网格"
            "（坐标 117.44254825,39.06171056）");
  EXPECT_EQ(lead.receive_time().seconds(), 1'567'137'552);  // 03:59:12 UTC
  EXPECT_FALSE(request.has_complainant());
}

struct RecordCase {
  const char* field;
  json value;
  const char* fault;  // "": none
};

TEST(GridMappingTest, WrongTypesAndValuesAreNamedByField) {
  const RecordCase cases[] = {{"rec_id", nullptr, "data[0].rec_id"},
                              {"rec_id", "", "data[0].rec_id"},
                              {"rec_id", 22015.5, "data[0].rec_id"},
                              {"rec_id", json::parse("123456789012345678901"), "data[0].rec_id"},
                              {"rec_id", json::array({1}), "data[0].rec_id"},
                              {"event_desc", json::object(), "data[0].event_desc"},
                              {"event_desc", true, "data[0].event_desc"},
                              {"event_desc", 5, ""},
                              {"sub_type_name", false, "data[0].sub_type_name"},
                              {"coordinate_x", "east", "data[0].coordinate_x"},
                              {"coordinate_x", "", "data[0].coordinate_x"},
                              {"coordinate_y", nullptr, "data[0].coordinate_y"},
                              {"create_time", "2019-08-30", "data[0].create_time"},
                              {"create_time", 1567137552, "data[0].create_time"},
                              {"create_time", "", ""},
                              {"archive_time", json::array(), ""}};
  for (const RecordCase& each : cases) {
    json record = Sent();
    record[each.field] = each.value;
    ASSERT_OK_AND_ASSIGN(const Batch batch,
                         Rules().ReadRecords("120110", json::array({record}).dump()));
    SCOPED_TRACE(absl::StrCat(each.field, " ", each.value.dump()));
    if (*each.fault == '\0') {
      EXPECT_OK(batch.records[0].request);
    } else {
      EXPECT_THAT(batch.records[0].request, HasViolation(each.fault));
    }
  }
}

TEST(GridMappingTest, OtherKindsAreOther) {
  json record = Sent();
  record["sub_type_name"] = "暴露垃圾";
  const Batch batch = *Rules().ReadRecords("120110", json::array({record}).dump());
  EXPECT_EQ(batch.records[0].request->lead().category(), Lead::CATEGORY_OTHER);
}

TEST(GridMappingTest, WhatIsNoListOfRecordsIsRefusedAsAWhole) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  for (const std::string& data :
       {std::string(), std::string("{}"), std::string("[1]"), std::string("null"), deep,
        std::string("[{\"rec_id\":1,\"rec_id\":2}]"), std::string("[{}]x"),
        json(std::vector<json>(501, Sent())).dump()}) {
    const absl::Status refusal = Rules().ReadRecords("120110", data).status();
    EXPECT_EQ(refusal.code(), absl::StatusCode::kInvalidArgument) << data.substr(0, 40);
    EXPECT_THAT(DetailOf(refusal)->violations[0].field, HasSubstr("data"));
    EXPECT_THAT(DetailOf(refusal)->text.zh, HasSubstr("data")) << data.substr(0, 40);
  }
  EXPECT_EQ(
      Rules().ReadRecords("120110", json(std::vector<json>(500, Sent())).dump())->records.size(),
      500u);
}

// ---- Out

Lead HandedIn(Lead::State state) {
  Lead lead;
  lead.set_name("districts/120110/leads/018a97a3-a980-776c-a55f-7b9a21910f18");
  lead.set_source(Lead::SOURCE_GRID_WORKER);
  lead.set_external_id("22015");
  lead.set_state(state);
  lead.mutable_receive_time()->set_seconds(1'567'137'552);
  return lead;
}

struct StageCase {
  Lead::State state;
  int id;
  const char* name;
  std::vector<std::string> ones;
};

TEST(GridMappingTest, EachStateIsAStepWithItsCounters) {
  const StageCase cases[] = {
      {Lead::STATE_RECEIVED, 1, "信息收集", {"report_num", "to_inst_num"}},
      {Lead::STATE_ACCEPTED,
       3,
       "任务派遣",
       {"dispatch_num", "inst_num", "report_num", "to_dispose_num"}},
      {Lead::STATE_VERIFIED,
       5,
       "处理反馈",
       {"check_num", "dispatch_num", "dispose_num", "inst_num", "report_num", "to_archive_num"}},
      {Lead::STATE_CLOSED,
       6,
       "结案",
       {"archive_num", "check_num", "dispatch_num", "dispose_num", "inst_num", "report_num"}},
      {Lead::STATE_REFUSED, 2, "案卷建立", {"cancel_num", "not_inst_num", "report_num"}},
      {Lead::STATE_TRANSFERRED, 3, "任务派遣", {"dispatch_num", "report_num"}}};
  for (const StageCase& each : cases) {
    const json record = Rules().LeadAsRecord(HandedIn(each.state));
    EXPECT_EQ(record["event_state_id"], each.id);
    EXPECT_EQ(record["event_state_name"], each.name);
    std::vector<std::string> ones;
    for (const auto& [name, value] : record.items()) {
      if (absl::EndsWith(name, "_num") && value == 1) ones.push_back(name);
    }
    EXPECT_EQ(ones, each.ones) << each.name;
    for (const char* counter : {"hang_num", "postpone_num", "rework_num"}) {
      EXPECT_EQ(record[counter], 0);
    }
  }
}

TEST(GridMappingTest, TimesAreLocalAndIdsAsTheyWere) {
  Lead lead = HandedIn(Lead::STATE_REFUSED);
  lead.mutable_end_time()->set_seconds(1'567'137'613);
  lead.set_reason("不属于消防");
  const json record = Rules().LeadAsRecord(lead);
  EXPECT_EQ(record["rec_id"], 22015);
  EXPECT_EQ(record["region_code"], "120110");
  EXPECT_EQ(record["lead"], lead.name());
  EXPECT_EQ(record["create_time"], "2019-08-30 11:59:12");
  EXPECT_EQ(record["operate_time"], "2019-08-30 12:00:13");
  EXPECT_EQ(record["archive_time"], "2019-08-30 12:00:13");
  EXPECT_EQ(record["cancel_reason"], "不属于消防");
  EXPECT_EQ(Rules().LeadAsRecord(HandedIn(Lead::STATE_RECEIVED))["archive_time"], "");
  for (const char* id : {"007", "A-7", "9007199254740993", "+7"}) {
    lead.set_external_id(id);
    EXPECT_EQ(Rules().LeadAsRecord(lead)["rec_id"], id);
  }
}

// ---- The file

TEST(GridMappingTest, AWrongFileIsRefusedWithItsFaults) {
  ExpectFaults<Mapping>(
      "grid_mapping.txtpb",
      {{"version: 1", "version: -1", "version"},
       {"source: SOURCE_GRID_WORKER", "", "source"},
       {"default_category: CATEGORY_OTHER", "", "default_category"},
       {"target: TARGET_EXTERNAL_ID", "target: TARGET_COMPLAINANT_NAME", "no complainant"},
       {"field: \"sub_type_name\"\n", "field: \"\"\n", "categories[]"},
       {"  category: CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF", "",
        "categories[sub_type_name].category"},
       {"field: \"lead\" value: VALUE_LEAD", "field: \"rec_id\" value: VALUE_LEAD",
        "out_fields[rec_id]"},
       {"value: VALUE_LEAD", "value: VALUE_LEAD text: \"x\"", "constant"},
       {"\"hang_num\"", "\"check_num\"", "counters[check_num]"},
       {"\"cancel_num\"]\n\n", "\"hang\"]\n\n", "cancel_num"},
       {"id: 5", "id: 0", "stages[STATE_VERIFIED]"},
       {"state: STATE_REFUSED", "state: STATE_RECEIVED", "STATE_REFUSED"}});
}

// ---- The conversation

class GridTest : public ::testing::Test {
 protected:
  Question Hand(const json& records, const std::string& sender = "120110") {
    Question question = {"POST", "120110", {"synRecStatInfo"}, {}, {}, "", "zh-CN"};
    question.headers.Add("Content-Type", "application/x-www-form-urlencoded;charset=utf-8");
    question.body = absl::StrCat("data=", http::Encode(records.dump()), "&senderCode=", sender);
    return question;
  }
  Question Read(NamedValues query = {}) {
    return {"GET", "120110", {"recStatInfo"}, std::move(query), {}, "", "zh-CN"};
  }

  json Ask(const Question& question, int status = 200) {
    std::optional<http::Response> answer;
    adapter_->Answer(
        question,
        [this](const google::protobuf::MethodDescriptor& method, const std::string& request,
               const std::function<void(absl::StatusOr<std::string>)>& answered) {
          answered(method.name() == "CreateLead" ? Create(request) : List(request));
        },
        [&](http::Response response) {
          EXPECT_FALSE(answer.has_value());
          answer = std::move(response);
        });
    EXPECT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, status) << answer->body;
    EXPECT_EQ(answer->headers.Get("Content-Type"), "application/json; charset=utf-8");
    allow_ = std::string(answer->headers.Get("Allow"));
    return json::parse(answer->body);
  }

  absl::StatusOr<std::string> Create(const std::string& encoded) {
    CreateLeadRequest request;
    request.ParseFromString(encoded);
    const std::string id = request.lead().external_id();
    if (const auto refusal = refusals_.find(id); refusal != refusals_.end()) return refusal->second;
    created_.push_back(id);
    Lead lead = request.lead();
    lead.set_name(absl::StrCat("districts/120110/leads/", id));
    return lead.SerializeAsString();
  }
  absl::StatusOr<std::string> List(const std::string& encoded) {
    listed_.ParseFromString(encoded);
    if (const auto refusal = refusals_.find("list"); refusal != refusals_.end()) {
      return refusal->second;
    }
    ListLeadsResponse page;
    for (const Lead& lead : leads_) *page.add_leads() = lead;
    page.set_next_page_token("older");
    return page.SerializeAsString();
  }

  static json Numbered(int id) {
    json record = Sent();
    record["rec_id"] = id;
    return record;
  }

  const std::unique_ptr<Adapter> adapter_ = *MakeGrid("");
  std::map<std::string, absl::Status> refusals_;
  std::vector<std::string> created_;
  std::vector<Lead> leads_;
  ListLeadsRequest listed_;
  std::string allow_;
};

TEST_F(GridTest, EachRecordIsAnsweredForItself) {
  refusals_["2"] = MakeError(absl::StatusCode::kAlreadyExists,
                             {"ALREADY_EXISTS",
                              {"该来源的同一编号已有内容不同的线索（lead.external_id）", ""},
                              {{"field", "lead.external_id"}},
                              {}});
  refusals_["3"] =
      FieldError("lead.receive_time", {"lead.receive_time 晚于当前时间", ""}, "IN_THE_FUTURE");
  json nameless = Sent();
  nameless.erase("rec_id");
  const json answer = Ask(Hand({Numbered(1), Numbered(2), Numbered(3), nameless, Numbered(4)}));
  EXPECT_EQ(answer["code"], 1);
  EXPECT_EQ(answer["message"], "接收2条，未接收3条");
  EXPECT_EQ(answer["received"], 2);
  EXPECT_EQ(answer["refused"], 3);
  EXPECT_EQ(answer["ignored"], 15);
  EXPECT_EQ(answer["records"][0], json({{"rec_id", "1"}, {"lead", "districts/120110/leads/1"}}));
  EXPECT_EQ(answer["records"][1]["error"],
            json({{"code", 409},
                  {"reason", "ALREADY_EXISTS"},
                  {"field", "rec_id"},
                  {"message", "该来源的同一编号已有内容不同的线索（rec_id）"}}));
  EXPECT_EQ(answer["records"][2]["error"]["field"], "data[2].create_time");
  EXPECT_EQ(answer["records"][2]["error"]["message"], "create_time 晚于当前时间");
  EXPECT_EQ(answer["records"][3]["rec_id"], "");
  EXPECT_EQ(answer["records"][3]["error"]["field"], "data[3].rec_id");
  EXPECT_THAT(created_, ElementsAre("1", "4"));
}

TEST_F(GridTest, AllReceivedIsZero) {
  const json answer = Ask(Hand(std::vector<json>(500, Sent())));
  EXPECT_EQ(answer["code"], 0);
  EXPECT_EQ(answer["received"], 500);
  EXPECT_EQ(Ask(Hand(json::array()))["received"], 0);
}

TEST_F(GridTest, WhoMayNotHandInOneMayHandInNone) {
  refusals_["1"] =
      MakeError(absl::StatusCode::kPermissionDenied, {"ROLE_MISSING", {"无权", ""}, {}, {}});
  const json answer = Ask(Hand({Numbered(1), Numbered(2)}), 403);
  EXPECT_EQ(answer, json({{"code", 403}, {"reason", "ROLE_MISSING"}, {"message", "无权"}}));
  EXPECT_TRUE(created_.empty());
}

TEST_F(GridTest, AfterAnOutageNobodyIsAskedAgain) {
  refusals_["2"] = MakeError(absl::StatusCode::kUnavailable, {"OVERLOADED", {"繁忙", ""}, {}, {}});
  json nameless = Sent();
  nameless.erase("rec_id");
  const json answer = Ask(Hand({Numbered(1), Numbered(2), nameless, Numbered(4)}));
  EXPECT_THAT(created_, ElementsAre("1"));
  std::vector<int> codes;
  for (const json& record : answer["records"]) {
    codes.push_back(record.contains("error") ? record["error"]["code"].get<int>() : 0);
  }
  EXPECT_THAT(codes, ElementsAre(0, 503, 400, 503));
  EXPECT_EQ(Ask(Hand(json::array({Numbered(2)})), 503)["message"], "繁忙");
}

TEST_F(GridTest, WhatIsWrongWithTheCallIsToldByField) {
  EXPECT_EQ(Ask(Hand(Sent()), 400)["field"], "data");
  EXPECT_EQ(Ask(Hand(json::array(), "120111"), 400)["field"], "senderCode");
  Question question = Hand(json::array());
  question.body += "&data=[]";
  EXPECT_EQ(Ask(question, 400)["field"], "data");
  question.body = "data=%";
  EXPECT_EQ(Ask(question, 400)["field"], "body");
  question.headers.Set("Content-Type", "application/json");
  EXPECT_EQ(Ask(question, 400)["field"], "Content-Type");
  question.path = {"planets"};
  Ask(question, 404);
  question.path = {"synRecStatInfo", "x"};
  Ask(question, 404);
  question.path = {"recStatInfo"};
  Ask(question, 405);
  EXPECT_EQ(allow_, "GET");
}

TEST_F(GridTest, ReadsBackWhereRecordsStand) {
  leads_ = {HandedIn(Lead::STATE_ACCEPTED), HandedIn(Lead::STATE_RECEIVED)};
  leads_[0].mutable_accept_time()->set_seconds(1'567'137'613);  // 12:00:13 in China
  const json all = Ask(Read());
  EXPECT_EQ(all["code"], 0);
  EXPECT_EQ(all["message"], "2条");
  EXPECT_EQ(all["next"], "older");
  EXPECT_EQ(listed_.filter(), "source = \"SOURCE_GRID_WORKER\"");
  const json changed =
      Ask(Read({{"after", "2019-08-30 12:00:13"}, {"page", "p"}, {"rec_id", "a\"\\"}}));
  ASSERT_EQ(changed["data"].size(), 1u);
  EXPECT_EQ(changed["data"][0]["event_state_id"], 3);
  EXPECT_EQ(listed_.page_token(), "p");
  EXPECT_THAT(listed_.filter(), HasSubstr("external_id = \"a\\\"\\\\\""));
  EXPECT_TRUE(Ask(Read({{"after", "2019-08-30 12:00:14"}}))["data"].empty());
  EXPECT_EQ(Ask(Read({{"after", "yesterday"}}), 400)["field"], "after");
  refusals_["list"] =
      MakeError(absl::StatusCode::kUnauthenticated, {"TOKEN_MISSING", {"未登录", ""}, {}, {}});
  EXPECT_EQ(Ask(Read(), 401)["message"], "未登录");
}

}  // namespace
}  // namespace rectify::gateway
