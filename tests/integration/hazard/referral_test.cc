// Letters to departments and streets, over the real rpcs and tables.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "rectify/hazard/v1/referral_events.pb.h"
#include "rectify/hazard/v1/referral_service.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kParent[] = "districts/120110";
constexpr char kReferredOrder[] = "districts/120110/orders/01850000-0000-7000-8000-000000000071";

class ReferralTest : public HazardTest {
 protected:
  ReferralTest() {
    venue::v1::Street street;
    street.set_name(kStreet);
    street.set_display_name("张贵庄街道");
    street.set_etag("\"1\"");
    registry_.Announce(street);
    system_.Settle();
  }

  rpc::Client& Head() { return system_.As("hazard", "users/head", {"DEPARTMENT_HEAD"}); }
  rpc::Client& Staff(const std::string& department = kHousing) {
    return system_.As("hazard", absl::StrCat("users/", department), {"DEPARTMENT_STAFF"},
                      {department});
  }
  rpc::Client& StreetOfficer() {
    return system_.As("hazard", "users/street", {"STREET_OFFICER"}, {kStreet});
  }

  template <typename Request>
  static absl::StatusOr<v1::Referral> Do(rpc::Client& client, const char* method,
                                         const Request& request) {
    return client.Unary<v1::Referral>(absl::StrCat("rectify.hazard.v1.Referrals.", method),
                                      request);
  }
  // A verb that has nothing to say but whom it is about.
  template <typename Request>
  static absl::StatusOr<v1::Referral> Do(rpc::Client& client, const char* method,
                                         const v1::Referral& referral) {
    Request request;
    request.set_name(referral.name());
    return Do(client, method, request);
  }

  static v1::SendReferralRequest Letter(v1::Referral::Kind kind = v1::Referral::KIND_NOTICE,
                                        const std::string& subject = kVenue) {
    v1::SendReferralRequest request;
    request.set_parent(kParent);
    v1::Referral& referral = *request.mutable_referral();
    referral.set_kind(kind);
    referral.set_subject(subject);
    referral.set_addressee(kHousing);
    referral.set_title("示例小区消防设施停用");
    referral.set_text("示例正文");
    return request;
  }
  absl::StatusOr<v1::Referral> Send(const v1::SendReferralRequest& request) {
    return Do(Head(), "SendReferral", request);
  }
  absl::StatusOr<v1::Referral> Acknowledge(rpc::Client& client, const v1::Referral& referral) {
    return Do<v1::AcknowledgeReferralRequest>(client, "AcknowledgeReferral", referral);
  }
  absl::StatusOr<v1::Referral> Decide(const v1::Referral& referral, bool accept) {
    v1::DecideReferralRequest request;
    request.set_name(referral.name());
    request.set_accept(accept);
    if (!accept) request.set_reason("不属于本部门职责");
    return Do(Staff(), "DecideReferral", request);
  }
  static absl::StatusOr<v1::Referral> Reply(rpc::Client& client, const v1::Referral& referral,
                                            const std::string& text = "已约谈物业服务企业") {
    v1::ReplyReferralRequest request;
    request.set_name(referral.name());
    request.set_reply(text);
    request.set_outcome(v1::Referral::OUTCOME_DONE);
    return Do(client, "ReplyReferral", request);
  }
  absl::StatusOr<v1::Referral> Return(const v1::Referral& referral, absl::CivilDay due_date) {
    v1::ReturnReferralRequest request;
    request.set_name(referral.name());
    request.set_reason("缺照片");
    *request.mutable_due_date() = rpc::ToDate(due_date);
    return Do(Head(), "ReturnReferral", request);
  }
  absl::StatusOr<v1::Referral> Conclude(const v1::Referral& referral) {
    return Do<v1::ConcludeReferralRequest>(Head(), "ConcludeReferral", referral);
  }

  static std::vector<std::string> Listed(rpc::Client& client, const std::string& filter = "") {
    v1::ListReferralsRequest request;
    request.set_parent(kParent);
    request.set_filter(filter);
    const auto page = client.Unary<v1::ListReferralsResponse>(
        "rectify.hazard.v1.Referrals.ListReferrals", request);
    EXPECT_OK(page);
    std::vector<std::string> names;
    if (page.ok()) {
      for (const v1::Referral& referral : page->referrals()) names.push_back(referral.name());
    }
    return names;
  }
};

TEST_F(ReferralTest, ATransferGoesFromItsReceiptOverAReturnedReplyToItsEnd) {
  v1::RecordInspectionRequest sample = Sample();
  *sample.mutable_inspection()->add_findings() = Order("B02");
  const auto inspection = Record(sample);
  ASSERT_OK(inspection);
  const std::string finding = inspection->findings(0).name();
  auto referral = Send(Letter(v1::Referral::KIND_TRANSFER, finding));
  ASSERT_OK(referral);
  EXPECT_EQ(referral->state(), v1::Referral::STATE_SENT);
  EXPECT_EQ(referral->venue(), kVenue);
  EXPECT_TRUE(referral->reply_required());
  EXPECT_EQ(rpc::ToTime(referral->send_time()), At(2, 1, 12));

  referral = Acknowledge(Staff(), *referral);
  ASSERT_OK(referral);
  EXPECT_EQ(referral->receiver(), absl::StrCat("users/", kHousing));
  EXPECT_EQ(rpc::ToTime(referral->receive_time()), At(2, 1, 12));
  EXPECT_EQ(ReasonOf(Reply(Staff(), *referral).status()), "REFERRAL_STATE");
  referral = Decide(*referral, true);
  ASSERT_OK(referral);
  referral = Reply(Staff(), *referral, "第一次回复");
  ASSERT_OK(referral);
  referral = Return(*referral, absl::CivilDay(2023, 3, 1));
  ASSERT_OK(referral);
  EXPECT_EQ(rpc::ToCivilDay(referral->reply_due_date()), absl::CivilDay(2023, 3, 1));
  referral = Reply(Staff(), *referral, "第二次回复");
  ASSERT_OK(referral);
  referral = Conclude(*referral);
  ASSERT_OK(referral);
  EXPECT_EQ(referral->state(), v1::Referral::STATE_CONCLUDED);
  EXPECT_EQ(referral->reply(), "第二次回复");
  EXPECT_EQ(referral->return_count(), 1);
  EXPECT_TRUE(referral->has_end_time());

  // What was read is what is kept.
  const auto read = Do<v1::GetReferralRequest>(Staff(), "GetReferral", *referral);
  ASSERT_OK(read);
  EXPECT_EQ(read->DebugString(), referral->DebugString());
  EXPECT_THAT(
      EventTypes("departments"),
      ElementsAre("FindingRecorded", "ReferralSent", "ReferralReceived", "ReferralAccepted",
                  "ReferralReplied", "ReferralReturned", "ReferralReplied", "ReferralConcluded"));
  // No reply is lost by the next one.
  std::vector<std::string> replies;
  for (const auto& entry : Trail(referral->name())) {
    if (entry.action() == "ReplyReferral") replies.push_back(entry.details().at("reply"));
  }
  EXPECT_THAT(replies, ::testing::UnorderedElementsAre("第一次回复", "第二次回复"));
}

TEST_F(ReferralTest, LetterAndReplyAreForTheAddresseeAlone) {
  v1::SendReferralRequest letter = Letter();
  letter.mutable_referral()->set_text("只给收函单位看的正文");
  auto referral = Send(letter);
  ASSERT_OK(referral);
  referral = Acknowledge(Staff(), *referral);
  ASSERT_OK(referral);
  ASSERT_OK(Reply(Staff(), *referral, "只给消防机构看的回复"));
  for (const event::v1::EventEnvelope& event : Events("departments")) {
    EXPECT_FALSE(absl::StrContains(event.payload(), "只给")) << event.type();
  }
}

TEST_F(ReferralTest, AnothersLetterIsNotThere) {
  const auto referral = Send(Letter());
  ASSERT_OK(referral);
  rpc::Client& other = Staff("districts/120110/departments/jiaoyu");
  for (rpc::Client* client : {&other, &StreetOfficer()}) {
    EXPECT_EQ(ReasonOf(Do<v1::GetReferralRequest>(*client, "GetReferral", *referral).status()),
              "NOT_FOUND");
    EXPECT_EQ(ReasonOf(Acknowledge(*client, *referral).status()), "NOT_FOUND");
    EXPECT_EQ(ReasonOf(Reply(*client, *referral).status()), "NOT_FOUND");
    EXPECT_THAT(Listed(*client), IsEmpty());
  }
  EXPECT_THAT(Listed(Staff()), ElementsAre(referral->name()));
  // Who may read it, but is not the addressee, is told so.
  rpc::Client& both = system_.As("hazard", "users/both", {"INSPECTOR", "DEPARTMENT_STAFF"});
  EXPECT_EQ(ReasonOf(Acknowledge(both, *referral).status()), "NOT_YOUR_TASK");
}

TEST_F(ReferralTest, AStreetAnswersAsADepartmentDoes) {
  v1::SendReferralRequest letter = Letter();
  letter.mutable_referral()->set_addressee(kStreet);
  auto referral = Send(letter);
  ASSERT_OK(referral);
  referral = Acknowledge(StreetOfficer(), *referral);
  ASSERT_OK(referral);
  EXPECT_EQ(Do<v1::ConcludeReferralRequest>(Head(), "ConcludeReferral", *referral)->state(),
            v1::Referral::STATE_CONCLUDED);
}

TEST_F(ReferralTest, AStreetThatWasRegisteredAMomentAgoIsFound) {
  constexpr char kNew[] = "districts/120110/streets/120110009";
  v1::SendReferralRequest letter = Letter();
  letter.mutable_referral()->set_addressee(kNew);
  EXPECT_EQ(ReasonOf(Send(letter).status()), "NOT_FOUND");
  venue::v1::Street street;
  street.set_name(kNew);
  street.set_etag("\"1\"");
  registry_.Put(street);
  EXPECT_OK(Send(letter));
}

TEST_F(ReferralTest, WhatIsMissingOrElsewhereIsNotFound) {
  const std::string uuid = "01850000-0000-7000-8000-0000000000ff";
  for (const std::string& subject :
       {absl::StrCat(kParent, "/findings/", uuid), absl::StrCat(kParent, "/orders/", uuid),
        absl::StrCat(kParent, "/venues/", uuid), absl::StrCat("districts/120112/venues/", uuid)}) {
    EXPECT_EQ(ReasonOf(Send(Letter(v1::Referral::KIND_NOTICE, subject)).status()), "NOT_FOUND")
        << subject;
  }
  v1::SendReferralRequest letter = Letter();
  letter.mutable_referral()->set_addressee("districts/120112/departments/zhujian");
  EXPECT_EQ(ReasonOf(Send(letter).status()), "NOT_FOUND");
  letter.mutable_referral()->set_addressee(kZhang);
  EXPECT_EQ(ReasonOf(Send(letter).status()), "INVALID_FIELD");
}

TEST_F(ReferralTest, AnOrderIsKnownByItsFindings) {
  v1::RecordInspectionRequest sample = Sample();
  *sample.mutable_inspection()->add_findings() = Order("B02");
  const auto inspection = Record(sample);
  ASSERT_OK(inspection);
  deadline::v1::OrderServed served;
  served.set_order(kReferredOrder);
  served.set_document_number("津丽消限字〔2023〕第0001号");
  served.add_items()->set_finding(inspection->findings(0).name());
  Tell(kReferredOrder, 1, served);
  const auto referral = Send(Letter(v1::Referral::KIND_NOTICE, kReferredOrder));
  ASSERT_OK(referral);
  EXPECT_EQ(referral->venue(), kVenue);
}

TEST_F(ReferralTest, LettersAreFoundByWhatTheyAreAboutAndWhereTheyStand) {
  const auto notice = Send(Letter());
  ASSERT_OK(notice);
  auto transfer = Send(Letter(v1::Referral::KIND_TRANSFER));
  ASSERT_OK(transfer);
  transfer = Acknowledge(Staff(), *transfer);
  ASSERT_OK(transfer);
  ASSERT_OK(Decide(*transfer, false));
  EXPECT_THAT(Listed(Head(), "kind = \"TRANSFER\""), ElementsAre(transfer->name()));
  EXPECT_THAT(Listed(Head(), "state = \"REFUSED\""), ElementsAre(transfer->name()));
  EXPECT_THAT(Listed(Head(), "state = \"SENT\""), ElementsAre(notice->name()));
  EXPECT_EQ(Listed(Head(), absl::StrCat("subject = \"", kVenue, "\"")).size(), 2u);
  EXPECT_EQ(Listed(Head(), absl::StrCat("venue = \"", kVenue, "\"")).size(), 2u);
  EXPECT_THAT(Listed(Head(), absl::StrCat("addressee = \"", kStreet, "\"")), IsEmpty());
}

TEST_F(ReferralTest, PagesTogetherHoldEachLetterOnce) {
  std::set<std::string> sent, read;
  for (int i = 0; i < 5; ++i) {
    const auto referral = Send(Letter());
    ASSERT_OK(referral);
    sent.insert(referral->name());
  }
  v1::ListReferralsRequest request;
  request.set_parent(kParent);
  request.set_page_size(2);
  do {
    const auto page = Head().Unary<v1::ListReferralsResponse>(
        "rectify.hazard.v1.Referrals.ListReferrals", request);
    ASSERT_OK(page);
    for (const v1::Referral& referral : page->referrals()) {
      EXPECT_TRUE(read.insert(referral.name()).second);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(read, sent);
}

TEST_F(ReferralTest, ARepeatAnswersAsTheFirstTimeAndAnOldVersionChangesNothing) {
  v1::SendReferralRequest letter = Letter();
  letter.set_request_id("01850000-0000-7000-8000-00000000beef");
  const auto first = Send(letter);
  const auto again = Send(letter);
  ASSERT_OK(first);
  ASSERT_OK(again);
  EXPECT_EQ(again->name(), first->name());
  ASSERT_OK(Acknowledge(Staff(), *first));
  v1::WithdrawReferralRequest withdraw;
  withdraw.set_name(first->name());
  withdraw.set_reason("误发");
  withdraw.set_etag(first->etag());
  EXPECT_EQ(ReasonOf(Do(Head(), "WithdrawReferral", withdraw).status()), "ETAG_MISMATCH");
  withdraw.clear_etag();
  const auto withdrawn = Do(Head(), "WithdrawReferral", withdraw);
  ASSERT_OK(withdrawn);
  EXPECT_EQ(withdrawn->withdraw_reason(), "误发");
  EXPECT_EQ(ReasonOf(Reply(Staff(), *withdrawn).status()), "REFERRAL_STATE");
}

}  // namespace
}  // namespace rectify::hazard
