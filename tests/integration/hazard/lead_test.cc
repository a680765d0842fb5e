// Leads from receipt to reply, over the real rpcs and tables.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/lead_events.pb.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

constexpr char kOtherStreet[] = "districts/120110/streets/120110002";
constexpr char kSecretName[] = "示例举报人";

class LeadTest : public HazardTest {
 protected:
  rpc::Client& Head() { return system_.As("hazard", "users/head", {"DEPARTMENT_HEAD"}); }
  rpc::Client& Street(const char* street = kStreet) {
    return system_.As("hazard", absl::StrCat("users/", street), {"STREET_OFFICER"}, {street});
  }
  rpc::Client& Desk() { return system_.As("hazard", "users/registrar", {"REGISTRAR"}); }

  static v1::CreateLeadRequest Complaint() {
    v1::CreateLeadRequest request;
    request.set_parent("districts/120110");
    v1::Lead& lead = *request.mutable_lead();
    lead.set_source(v1::Lead::SOURCE_COMPLAINT);
    lead.set_external_id("12345-20230201-0001");
    lead.set_category(v1::Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF);
    lead.set_text("安全出口上锁");
    lead.set_place("示例路1号二层");
    lead.set_venue(kVenue);
    request.mutable_complainant()->set_display_name(kSecretName);
    request.mutable_complainant()->set_phone("13800000000");
    return request;
  }

  template <typename Request>
  static absl::StatusOr<v1::Lead> Do(rpc::Client& client, const std::string& method,
                                     const Request& request) {
    return client.Unary<v1::Lead>(absl::StrCat("rectify.hazard.v1.Leads.", method), request);
  }

  absl::StatusOr<v1::Lead> Create(rpc::Client& client, const v1::CreateLeadRequest& request) {
    return Do(client, "CreateLead", request);
  }
  absl::StatusOr<v1::Lead> Accept(const v1::Lead& lead) {
    v1::AcceptLeadRequest request;
    request.set_name(lead.name());
    request.set_officer(kZhang);
    return Do(Head(), "AcceptLead", request);
  }
  absl::StatusOr<v1::Lead> Verify(const v1::Lead& lead, const std::string& inspection) {
    v1::VerifyLeadRequest request;
    request.set_name(lead.name());
    request.set_outcome(v1::Lead::OUTCOME_CONFIRMED);
    request.set_inspection(inspection);
    request.set_text("现场核查属实");
    return Do(Zhang(), "VerifyLead", request);
  }
  absl::StatusOr<v1::Complainant> Reveal(rpc::Client& client, const std::string& lead) {
    v1::RevealComplainantRequest request;
    request.set_name(lead);
    request.set_purpose("告知核查结果");
    return client.Unary<v1::Complainant>("rectify.hazard.v1.Leads.RevealComplainant", request);
  }

  template <typename Payload>
  Payload Last() {
    Payload payload;
    for (const event::v1::EventEnvelope& event : Events()) {
      if (event.type() == Payload::descriptor()->full_name()) {
        payload.ParseFromString(event.payload());
      }
    }
    return payload;
  }
};

TEST_F(LeadTest, GoesFromReceiptOverVerificationToTheReply) {
  auto lead = Create(Desk(), Complaint());
  ASSERT_OK(lead);
  EXPECT_EQ(lead->state(), v1::Lead::STATE_RECEIVED);
  EXPECT_EQ(rpc::ToTime(lead->receive_time()), At(2, 1, 12));
  EXPECT_EQ(Last<v1::LeadReceived>().duty().variant(), "URGENT_24H");
  EXPECT_EQ(Last<v1::LeadReceived>().duty().owner(), "districts/120110/posts/department-head");

  lead = Accept(*lead);
  ASSERT_OK(lead);
  EXPECT_EQ(lead->officer(), kZhang);
  EXPECT_EQ(Last<v1::LeadAccepted>().duty().owner(), kZhang);

  system_.AdvanceTo(At(2, 1, 15));
  v1::RecordInspectionRequest sample = Sample();
  *sample.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(At(2, 1, 14));
  const auto inspection = Record(sample);
  ASSERT_OK(inspection);
  lead = Verify(*lead, inspection->name());
  ASSERT_OK(lead);
  EXPECT_EQ(lead->state(), v1::Lead::STATE_VERIFIED);
  EXPECT_EQ(Last<v1::LeadVerified>().inspection(), inspection->name());

  v1::ReplyLeadRequest reply;
  reply.set_name(lead->name());
  reply.set_result(v1::Lead::REPLY_RESULT_TOLD);
  reply.set_text("已电话告知核查结果");
  lead = Do(Zhang(), "ReplyLead", reply);
  ASSERT_OK(lead);
  EXPECT_EQ(lead->state(), v1::Lead::STATE_CLOSED);
  EXPECT_EQ(Last<v1::LeadReplied>().result(), v1::Lead::REPLY_RESULT_TOLD);

  std::vector<std::string> actions;
  for (const auto& entry : Trail(lead->name())) actions.push_back(entry.action());
  EXPECT_THAT(actions, ::testing::UnorderedElementsAre("CreateLead", "AcceptLead", "VerifyLead",
                                                       "ReplyLead"));
}

TEST_F(LeadTest, TheSameExternalIdWithTheSameContentIsTheSameLead) {
  const auto first = Create(Desk(), Complaint());
  ASSERT_OK(first);
  const size_t events = Events().size();
  const auto again = Create(Desk(), Complaint());
  ASSERT_OK(again);
  EXPECT_EQ(again->name(), first->name());
  EXPECT_EQ(Events().size(), events);

  v1::CreateLeadRequest other = Complaint();
  other.mutable_complainant()->set_phone("13900000000");
  EXPECT_EQ(ReasonOf(Create(Desk(), other).status()), "ALREADY_EXISTS");
  other.mutable_lead()->set_source(v1::Lead::SOURCE_GRID_WORKER);
  EXPECT_OK(Create(Desk(), other));
}

TEST_F(LeadTest, WithoutExternalIdEachIsALeadOfItsOwn) {
  v1::CreateLeadRequest request = Complaint();
  request.mutable_lead()->clear_external_id();
  const auto first = Create(Desk(), request);
  const auto second = Create(Desk(), request);
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_NE(first->name(), second->name());
}

TEST_F(LeadTest, TheComplainantStaysInTheDark) {
  const auto lead = Create(Desk(), Complaint());
  ASSERT_OK(lead);
  EXPECT_TRUE(lead->has_complainant());
  ASSERT_OK(Accept(*lead));
  for (const event::v1::EventEnvelope& event : Events()) {
    EXPECT_FALSE(absl::StrContains(event.payload(), kSecretName)) << event.type();
    EXPECT_FALSE(absl::StrContains(event.payload(), "安全出口上锁")) << event.type();
  }
  for (const auto& entry : Trail(lead->name())) {
    EXPECT_FALSE(absl::StrContains(entry.DebugString(), "13800000000"));
  }
  // At rest too: no row of the table holds the name in clear.
  static constexpr pg::Statement kClear = {"test.clear_names", R"sql(
    select count(*) from complainants
     where position(convert_to($1::text, 'UTF8') in display_name) > 0)sql"};
  const absl::StatusOr<int64_t> clear = hazard_->pool().TransactValue(
      "test.clear_names", {}, [](pg::Tx& tx) -> absl::StatusOr<int64_t> {
        auto rows = tx.Exec(kClear, {kSecretName});
        if (!rows.ok()) return rows.status();
        return (*rows)[0].Int(0);
      });
  ASSERT_OK(clear);
  EXPECT_EQ(*clear, 0);
}

TEST_F(LeadTest, EveryLookAtTheComplainantIsInTheTrail) {
  const auto lead = Create(Desk(), Complaint());
  ASSERT_OK(lead);
  EXPECT_EQ(ReasonOf(Reveal(Zhang(), lead->name()).status()), "NOT_YOUR_TASK");
  ASSERT_OK(Accept(*lead));
  const auto complainant = Reveal(Zhang(), lead->name());
  ASSERT_OK(complainant);
  EXPECT_EQ(complainant->display_name(), kSecretName);
  EXPECT_EQ(complainant->phone(), "13800000000");
  int looks = 0;
  for (const auto& entry : Trail(lead->name())) looks += entry.action() == "RevealComplainant";
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(ReasonOf(Reveal(Street(), lead->name()).status()), "ROLE_MISSING");
}

TEST_F(LeadTest, AnAnonymousLeadHasNobodyToReveal) {
  v1::CreateLeadRequest request = Complaint();
  request.clear_complainant();
  const auto lead = Create(Desk(), request);
  ASSERT_OK(lead);
  EXPECT_FALSE(lead->has_complainant());
  EXPECT_TRUE(absl::IsNotFound(Reveal(Head(), lead->name()).status()));
}

TEST_F(LeadTest, AStreetSeesItsOwnLeadsOnly) {
  v1::CreateLeadRequest request = Complaint();
  request.mutable_lead()->set_source(v1::Lead::SOURCE_GRID_WORKER);
  request.clear_complainant();
  const auto lead = Create(Street(), request);
  ASSERT_OK(lead);
  EXPECT_EQ(lead->reporter(), kStreet);
  ASSERT_OK(Create(Desk(), Complaint()));

  v1::GetLeadRequest get;
  get.set_name(lead->name());
  EXPECT_OK(Do(Street(), "GetLead", get));
  EXPECT_TRUE(absl::IsNotFound(Do(Street(kOtherStreet), "GetLead", get).status()));

  v1::ListLeadsRequest list;
  list.set_parent("districts/120110");
  const auto count = [&](rpc::Client& client) {
    const auto page =
        client.Unary<v1::ListLeadsResponse>("rectify.hazard.v1.Leads.ListLeads", list);
    EXPECT_OK(page);
    return page.ok() ? page->leads_size() : -1;
  };
  EXPECT_EQ(count(Street()), 1);
  EXPECT_EQ(count(Street(kOtherStreet)), 0);
  EXPECT_EQ(count(Head()), 2);
  list.set_filter("source = \"GRID_WORKER\"");
  EXPECT_EQ(count(Head()), 1);
}

TEST_F(LeadTest, IsGivenToTheDepartmentThatItBelongsTo) {
  const auto lead = Create(Desk(), Complaint());
  ASSERT_OK(lead);
  v1::TransferLeadRequest request;
  request.set_name(lead->name());
  request.set_department(kHousing);
  request.set_reason("属住建部门职责");
  const auto transferred = Do(Head(), "TransferLead", request);
  ASSERT_OK(transferred);
  EXPECT_EQ(transferred->state(), v1::Lead::STATE_TRANSFERRED);
  v1::GetLeadRequest get;
  get.set_name(lead->name());
  EXPECT_OK(
      Do(system_.As("hazard", "users/zhujian", {"DEPARTMENT_STAFF"}, {kHousing}), "GetLead", get));
  EXPECT_EQ(ReasonOf(Accept(*lead).status()), "LEAD_STATE");
}

TEST_F(LeadTest, IsVerifiedByItsOfficerOnly) {
  const auto lead = Create(Desk(), Complaint());
  ASSERT_OK(lead);
  ASSERT_OK(Accept(*lead));
  v1::VerifyLeadRequest request;
  request.set_name(lead->name());
  request.set_outcome(v1::Lead::OUTCOME_NOT_CONFIRMED);
  request.set_text("不属实");
  rpc::Client& li = system_.As("hazard", "users/li", {"INSPECTOR"}, {kLi});
  EXPECT_EQ(ReasonOf(Do(li, "VerifyLead", request).status()), "NOT_YOUR_TASK");
  request.set_etag("\"1\"");
  EXPECT_EQ(ReasonOf(Do(Zhang(), "VerifyLead", request).status()), "ETAG_MISMATCH");
  request.clear_etag();
  request.set_inspection("districts/120110/inspections/01850000-0000-7000-8000-0000000000ff");
  EXPECT_TRUE(absl::IsNotFound(Do(Zhang(), "VerifyLead", request).status()));
  request.clear_inspection();
  EXPECT_OK(Do(Zhang(), "VerifyLead", request));
}

}  // namespace
}  // namespace rectify::hazard
