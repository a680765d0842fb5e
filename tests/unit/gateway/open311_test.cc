#include "services/gateway/adapters/open311/open311.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "rectify/hazard/v1/lead_service.pb.h"

namespace rectify::gateway {
namespace {

using hazard::v1::CreateLeadRequest;
using hazard::v1::Lead;
using hazard::v1::ListLeadsRequest;
using hazard::v1::ListLeadsResponse;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kId[] = "018a97a3-a980-776c-a55f-7b9a21910f18";

Lead Reported() {
  Lead lead;
  lead.set_name(absl::StrCat("districts/120110/leads/", kId));
  lead.set_source(Lead::SOURCE_COMPLAINT);
  lead.set_category(Lead::CATEGORY_OTHER);
  lead.set_text("示例");
  lead.set_place("示例路1号");
  lead.mutable_receive_time()->set_seconds(1'672'704'000);  // 2023-01-03 08:00 in China
  lead.set_state(Lead::STATE_RECEIVED);
  return lead;
}

class Open311Test : public ::testing::Test {
 protected:
  Question Get(std::vector<std::string> path, NamedValues query = {}) {
    path.insert(path.begin(), "v2");
    return {"GET", "120110", std::move(path), std::move(query), {}, "", "zh-CN"};
  }
  Question Post(const std::string& body) {
    Question question = Get({"requests.json"});
    question.verb = "POST";
    question.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    question.body = body;
    return question;
  }

  http::Response Ask(const Question& question) {
    std::optional<http::Response> answer;
    adapter_->Answer(
        question,
        [this](const google::protobuf::MethodDescriptor& method, const std::string& request,
               const std::function<void(absl::StatusOr<std::string>)>& answered) {
          answered(Serve(method.name(), request));
        },
        [&](http::Response response) {
          EXPECT_FALSE(answer.has_value());
          answer = std::move(response);
        });
    return answer.value_or(http::Response{.status = 0, .headers = {}, .body = ""});
  }
  json AskJson(const Question& question, int status = 200) {
    const http::Response response = Ask(question);
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/json; charset=utf-8");
    return json::parse(response.body);
  }
  std::vector<std::string> Ids(NamedValues query) {
    std::vector<std::string> ids;
    for (const json& each : AskJson(Get({"requests.json"}, std::move(query)))) {
      ids.push_back(each["service_request_id"]);
    }
    return ids;
  }

  absl::StatusOr<std::string> Serve(const std::string& method, const std::string& request) {
    asked_.push_back(method);
    if (!failure_.ok()) return failure_;
    if (method == "CreateLead") {
      created_.ParseFromString(request);
      return Reported().SerializeAsString();
    }
    if (method == "GetLead") {
      hazard::v1::GetLeadRequest get;
      get.ParseFromString(request);
      for (const Lead& lead : leads_) {
        if (lead.name() == get.name()) return lead.SerializeAsString();
      }
      return NotFoundError(get.name());
    }
    if (method == "ListLeads") return Page(request);
    return Clocks(request);
  }

  absl::StatusOr<std::string> Page(const std::string& request) {
    ListLeadsRequest list;
    list.ParseFromString(request);
    filters_.push_back(list.filter());
    ListLeadsResponse page;
    const size_t from = list.page_token().empty() ? 0 : std::stoul(list.page_token());
    for (size_t i = from; i < leads_.size() && i < from + page_size_; ++i) {
      *page.add_leads() = leads_[i];
    }
    if (from + page_size_ < leads_.size())
      page.set_next_page_token(absl::StrCat(from + page_size_));
    return page.SerializeAsString();
  }

  absl::StatusOr<std::string> Clocks(const std::string& request) {
    if (!sees_clocks_)
      return MakeError(absl::StatusCode::kPermissionDenied, {"ROLE_MISSING", {}, {}, {}});
    deadline::v1::ListClocksRequest list;
    list.ParseFromString(request);
    deadline::v1::ListClocksResponse page;
    const bool verify = absl::StrContains(list.filter(), "\"lead_verify\"");
    auto& clock = *page.add_clocks();
    clock.set_subject(Reported().name());
    clock.mutable_due_time()->set_seconds(verify ? 1'673'000'000 : 1'672'900'000);
    return page.SerializeAsString();
  }

  Lead Add(const std::string& id, int64_t hours_later,
           Lead::Category category = Lead::CATEGORY_OTHER,
           Lead::State state = Lead::STATE_RECEIVED) {
    Lead lead = Reported();
    lead.set_name(absl::StrCat("districts/120110/leads/", id));
    lead.mutable_receive_time()->set_seconds(1'672'704'000 + hours_later * 3600);
    lead.set_category(category);
    lead.set_state(state);
    leads_.insert(leads_.begin(), lead);  // newest first
    return lead;
  }

  const std::unique_ptr<Adapter> adapter_ = *MakeOpen311("");
  std::vector<Lead> leads_;
  size_t page_size_ = 500;
  bool sees_clocks_ = true;
  absl::Status failure_;
  CreateLeadRequest created_;
  std::vector<std::string> asked_, filters_;
};

TEST_F(Open311Test, ServicesAreOneForEachCategory) {
  const json services = AskJson(Get({"services.json"}));
  ASSERT_EQ(services.size(), 2u);
  EXPECT_EQ(services[0]["service_code"], "blocked-exit");
  EXPECT_EQ(services[0]["metadata"], false);
  EXPECT_EQ(services[0]["type"], "realtime");
  EXPECT_EQ(AskJson(Get({"services", "blocked-exit.json"})),
            json({{"service_code", "blocked-exit"}, {"attributes", json::array()}}));
  EXPECT_EQ(AskJson(Get({"services", "x.json"}), 404)[0]["code"], 404);
  const http::Response xml = Ask(Get({"services.xml"}));
  EXPECT_EQ(xml.headers.Get("Content-Type"), "text/xml; charset=utf-8");
  EXPECT_THAT(xml.body, HasSubstr("<services><service><service_code>blocked-exit</service_code>"));
  EXPECT_TRUE(asked_.empty());
}

TEST_F(Open311Test, AReportIsAnsweredWithItsId) {
  Question report = Post(
      "service_code=blocked-exit&address_string=%E8%B7%AF&phone=138&unknown=1"
      "&attribute[a][]=1&attribute[a][]=2&jurisdiction_id=120110");
  report.headers.Add("Idempotency-Key", kId);
  const json answer = AskJson(report);
  EXPECT_EQ(answer[0]["service_request_id"], kId);
  EXPECT_TRUE(answer[0]["account_id"].is_null());
  EXPECT_EQ(created_.request_id(), kId);
  EXPECT_EQ(created_.lead().place(), "路");
  EXPECT_EQ(created_.complainant().phone(), "138");
  EXPECT_EQ(AskJson(Post("service_code=potholes"), 404)[0]["code"], 404);
  EXPECT_EQ(AskJson(Post("service_code=fire-hazard&jurisdiction_id=1"), 404)[0]["code"], 404);
  EXPECT_EQ(AskJson(Post("service_code=%"), 400)[0]["code"], 400);
  EXPECT_EQ(AskJson(Post("service_code=fire-hazard&lat=1&lat=2"), 400)[0]["code"], 400);
  report.headers.Set("Idempotency-Key", "again");
  EXPECT_THAT(AskJson(report, 400)[0]["description"].get<std::string>(),
              HasSubstr("Idempotency-Key"));
}

TEST_F(Open311Test, TheKeyMayStandInTheFormOrTheQuery) {
  EXPECT_EQ(adapter_->CredentialIn(Post("api_key=a.b.c&lat=1")), "a.b.c");
  EXPECT_EQ(adapter_->CredentialIn(Get({"requests.json"}, {{"api_key", "x"}})), "x");
  EXPECT_EQ(adapter_->CredentialIn(Get({"requests.json"})), "");
  EXPECT_EQ(adapter_->CredentialIn(Post("api_key=%")), "");
  Question twice = Post("api_key=a");
  twice.query = {{"api_key", "b"}};
  EXPECT_EQ(adapter_->CredentialIn(twice), "");
}

TEST_F(Open311Test, ListsWhatIsAskedFor) {
  const std::string a = "018a97a3-0000-776c-a55f-7b9a21910f01",
                    b = "018a97a3-0000-776c-a55f-7b9a21910f02",
                    c = "018a97a3-0000-776c-a55f-7b9a21910f03";
  Add(a, 0, Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF);
  Add(b, 1, Lead::CATEGORY_OTHER, Lead::STATE_REFUSED);
  Add(c, 2);
  page_size_ = 2;
  EXPECT_THAT(Ids({}), ElementsAre(c, b, a));
  EXPECT_EQ(filters_[0], "source = \"SOURCE_COMPLAINT\"");
  EXPECT_THAT(Ids({{"status", "open"}}), ElementsAre(c, a));
  EXPECT_THAT(Ids({{"status", "closed"}}), ElementsAre(b));
  EXPECT_THAT(Ids({{"status", "closed,open"}}), ElementsAre(c, b, a));
  EXPECT_THAT(Ids({{"service_code", "blocked-exit"}}), ElementsAre(a));
  EXPECT_THAT(filters_.back(), HasSubstr("CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF"));
  EXPECT_THAT(Ids({{"service_code", "blocked-exit,fire-hazard"}}), ElementsAre(c, b, a));
  EXPECT_THAT(Ids({{"start_date", "2023-01-03T01:00:00Z"}}), ElementsAre(c, b));
  EXPECT_THAT(Ids({{"end_date", "2023-01-03T09:00:00+08:00"}}), ElementsAre(b, a));
  EXPECT_THAT(Ids({{"service_request_id", absl::StrCat(a, ", ", kId, ",x,", c)}, {"status", "?"}}),
              ElementsAre(a, c));
  for (const char* name : {"status", "start_date", "end_date"}) {
    AskJson(Get({"requests.json"}, {{name, "x"}}), 400);
    AskJson(Get({"requests.json"}, {{name, "open"}, {name, "open"}}), 400);
  }
  AskJson(Get({"requests.json"}, {{"service_code", "x"}}), 404);
  AskJson(Get({"requests.json"}, {{"jurisdiction_id", "x"}}), 404);
  std::string ids = kId;
  for (int i = 0; i < 50; ++i) absl::StrAppend(&ids, ",", kId);
  AskJson(Get({"requests.json"}, {{"service_request_id", ids}}), 400);
}

TEST_F(Open311Test, ListsAtMostAThousandAndLooksAtNoMoreThanItMust) {
  leads_.assign(1200, Add(kId, 0));
  EXPECT_EQ(Ids({}).size(), 1000u);
  leads_.assign(10'500, leads_[0]);
  EXPECT_EQ(Ids({}).size(), 1000u);
  EXPECT_THAT(AskJson(Get({"requests.json"}, {{"status", "closed"}}), 400)[0]["description"]
                  .get<std::string>(),
              HasSubstr("start_date"));
}

TEST_F(Open311Test, TellsUntilWhenWhereTheCallerMayKnow) {
  Add(kId, 0);
  const json shown = AskJson(Get({"requests", absl::StrCat(kId, ".json")}))[0];
  EXPECT_EQ(shown["expected_datetime"], "2023-01-06T18:13:20+08:00");
  EXPECT_EQ(AskJson(Get({"requests.json"}))[0]["expected_datetime"], shown["expected_datetime"]);
  sees_clocks_ = false;
  EXPECT_FALSE(AskJson(Get({"requests.json"}))[0].contains("expected_datetime"));
  asked_.clear();
  leads_[0].set_state(Lead::STATE_REFUSED);
  AskJson(Get({"requests.json"}));
  EXPECT_THAT(asked_, ElementsAre("ListLeads"));
}

TEST_F(Open311Test, ALeadOfAnotherSourceIsNoReport) {
  Add(kId, 0);
  EXPECT_EQ(AskJson(Get({"tokens", absl::StrCat(kId, ".json")})),
            json::array({{{"service_request_id", kId}, {"token", kId}}}));
  leads_[0].set_source(Lead::SOURCE_GRID_WORKER);
  AskJson(Get({"requests", absl::StrCat(kId, ".json")}), 404);
  AskJson(Get({"tokens", absl::StrCat(kId, ".json")}), 404);
  AskJson(Get({"requests", "x.json"}), 404);
}

TEST_F(Open311Test, ErrorsHaveTheStandardsShape) {
  failure_ =
      MakeError(absl::StatusCode::kUnauthenticated, {"TOKEN_MISSING", {"未登录", "who?"}, {}, {}});
  EXPECT_EQ(AskJson(Get({"requests.json"}), 403),
            json::array({{{"code", 403}, {"description", "未登录"}}}));
  Question english = Get({"requests.xml"});
  english.language = "en";
  EXPECT_EQ(Ask(english).body,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><errors><error><code>403</code>"
            "<description>who?</description></error></errors>");
  failure_ =
      FieldErrors({{"lead.place", {"lead.place 必填", ""}}, {"lead.text", {"lead.text 过长", ""}}});
  const json errors = AskJson(Post("service_code=fire-hazard"), 400);
  EXPECT_EQ(errors[0]["description"], "address_string 必填");
  EXPECT_EQ(errors[1]["description"], "description 过长");
  // What a lower level said stays below.
  failure_ = absl::InternalError("select * from leads");
  EXPECT_THAT(Ask(Get({"requests.json"})).body, Not(HasSubstr("select")));
}

TEST_F(Open311Test, OtherPathsAndVerbsAreRefused) {
  for (const std::vector<std::string>& path : {std::vector<std::string>{},
                                               {"requests"},
                                               {"requests.csv"},
                                               {".json"},
                                               {"tokens.json"},
                                               {"planets.json"},
                                               {"requests", "a", "b.json"}}) {
    AskJson(Get(path), 404);
  }
  Question other_version = Get({"requests.json"});
  other_version.path[0] = "v3";
  AskJson(other_version, 404);
  Question removal = Get({"requests.json"});
  removal.verb = "DELETE";
  EXPECT_EQ(Ask(removal).headers.Get("Allow"), "GET, POST");
  removal.path = {"v2", "services.xml"};
  EXPECT_EQ(Ask(removal).status, 405);
  EXPECT_EQ(Ask(removal).headers.Get("Allow"), "GET");
}

}  // namespace
}  // namespace rectify::gateway
