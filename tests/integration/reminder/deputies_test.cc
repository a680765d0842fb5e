// Deputies: of officers on leave, and of posts that nobody holds.
#include "services/reminder_dispatch/dispatch/deputies.h"

#include "gmock/gmock.h"
#include "libs/base/ids.h"
#include "services/reminder_dispatch/store/stand_in_store.h"
#include "tests/integration/reminder/rpc_fixture.h"

namespace rectify::reminder {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kChief[] = "districts/120110/posts/chief";

class DeputiesTest : public ReminderTest {
 protected:
  void StandIn(const std::string& recipient, const std::string& deputy, absl::Time start,
               absl::Time end) {
    const domain::StandIn stand_in{"120110",     NewUuid7(start), recipient, deputy,
                                   "users/zhou", "年休假",        start,     end};
    ASSERT_OK(pool_->Transact("stand_in", {},
                              [&](pg::Tx& tx) { return store::InsertStandIn(tx, stand_in); }));
  }

  // Display names behind the name, in order.
  std::vector<std::string> Behind(const std::string& name) {
    dispatch::DeputyContacts deputies(contacts_, *pool_, clock_, policy_);
    const absl::StatusOr<dispatch::Contacts> contacts = deputies.Resolve({name}, "test");
    EXPECT_OK(contacts);
    std::vector<std::string> names;
    if (!contacts.ok() || !contacts->contains(name)) return names;
    for (const dispatch::Contact& each : contacts->at(name)) names.push_back(each.display_name);
    return names;
  }
};

TEST_F(DeputiesTest, WhoIsThereIsAlone) {
  EXPECT_THAT(Behind(kOfficer), ElementsAre("王监督员"));
  EXPECT_EQ(contacts_.calls, 1);
}

TEST_F(DeputiesTest, OnLeaveTheDeputyComesFirst) {
  StandIn(kOfficer, kHead, At(2, 1, 0), At(2, 8, 0));
  clock_.Set(At(1, 31));
  EXPECT_THAT(Behind(kOfficer), ElementsAre("王监督员"));
  clock_.Set(At(2, 1));
  EXPECT_THAT(Behind(kOfficer), ElementsAre("周负责人（代）", "王监督员"));
  EXPECT_EQ(contacts_.calls, 2);  // one call each, deputies and all
  clock_.Set(At(2, 8));
  EXPECT_THAT(Behind(kOfficer), ElementsAre("王监督员"));
}

TEST_F(DeputiesTest, ADeputyWithoutContactsChangesNothing) {
  StandIn(kOfficer, "districts/120110/officers/0185a0b0-0000-7000-8000-0000000000ff", At(1, 3),
          At(2, 8));
  EXPECT_THAT(Behind(kOfficer), ElementsAre("王监督员"));
}

TEST_F(DeputiesTest, AVacantPostReachesThePostThatThePolicyNames) {
  EXPECT_THAT(Behind(kChief), ElementsAre("周负责人（代）"));
  contacts_.known[kChief] = {{"刘", "liu@fire.example.cn", ""}};
  EXPECT_THAT(Behind(kChief), ElementsAre("刘"));
}

TEST_F(DeputiesTest, TwoVacantPostsReachNobody) {
  contacts_.known.erase(kHead);
  EXPECT_THAT(Behind(kChief), IsEmpty());
}

TEST_F(DeputiesTest, TheDeputyPostsHolderMayBeOnLeaveToo) {
  StandIn(kHead, kOfficer, At(1, 3), At(2, 8));
  EXPECT_THAT(Behind(kChief), ElementsAre("王监督员（代）", "周负责人（代）"));
}

TEST_F(DeputiesTest, AnUnregisteredOfficerHasNoDeputyOfHisOwn) {
  contacts_.known.erase(kOfficer);
  EXPECT_THAT(Behind(kOfficer), IsEmpty());
}

class DeputiesRpcTest : public RpcTest {
 protected:
  DeputiesRpcTest() {
    request_.set_parent(kParent);
    request_.set_recipient(kOfficer);
    request_.set_deputy(kHead);
    request_.set_reason("年休假");
    *request_.mutable_end_time() = rpc::ToTimestamp(At(2, 8, 0));
  }

  void RegisterHead() {
    venue::v1::CreateOfficerRequest request;
    request.set_parent(kParent);
    venue::v1::Officer& officer = *request.mutable_officer();
    officer.set_display_name("周负责人");
    officer.set_post(venue::v1::POST_DEPARTMENT_HEAD);
    officer.set_certificate_number("津消执0007");
    *officer.mutable_certificate_start() = rpc::ToDate(absl::CivilDay(2022, 1, 1));
    *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2026, 12, 31));
    *officer.mutable_post_start() = rpc::ToDate(absl::CivilDay(2022, 1, 1));
    officer.mutable_contact()->set_email("zhou@example.cn");
    ASSERT_OK(
        system_.As("venue", "users/deng.ji", {"REGISTRAR"})
            .Unary<venue::v1::Officer>("rectify.venue.v1.VenueRegistry.CreateOfficer", request));
  }

  absl::StatusOr<v1::StandIn> Create() {
    return head().Unary<v1::StandIn>(absl::StrCat(kService, "CreateStandIn"), request_);
  }

  v1::CreateStandInRequest request_;
};

TEST_F(DeputiesRpcTest, TheLadderReachesTheDeputyWhileTheOfficerIsOnLeave) {
  RegisterHead();
  ASSERT_OK_AND_ASSIGN(const v1::StandIn stand_in, Create());
  EXPECT_EQ(stand_in.author(), "users/zhou");
  EXPECT_EQ(rpc::ToTime(stand_in.start_time()), At(1, 3, 10));
  Apply(Started());
  system_.AdvanceTo(At(1, 27));
  std::vector<std::vector<std::string>> receivers;
  for (const ReceivedMail& mail : mail_.Mails()) receivers.push_back(mail.envelope_to);
  EXPECT_THAT(receivers, Contains(ElementsAre("zhou@example.cn")));
  EXPECT_THAT(receivers, SizeIs(2));
}

TEST_F(DeputiesRpcTest, WhatIsWrongIsNamed) {
  request_.set_recipient(kVenue);  // a venue's persons are its own affair
  EXPECT_THAT(Create().status(), HasViolation("recipient"));
  request_.set_recipient(kHead);
  EXPECT_THAT(Create().status(), HasViolation("deputy"));
  request_.set_recipient(kOfficer);
  *request_.mutable_end_time() = rpc::ToTimestamp(At(1, 3, 9));
  EXPECT_THAT(Create().status(), HasViolation("end_time"));
  *request_.mutable_start_time() = rpc::ToTimestamp(At(2, 10));
  *request_.mutable_end_time() = rpc::ToTimestamp(At(2, 8));
  EXPECT_THAT(Create().status(), HasViolation("end_time"));
  request_.set_deputy("districts/120111/posts/chief");
  EXPECT_THAT(Create().status(), HasViolation("deputy"));
}

TEST_F(DeputiesRpcTest, OneCanBeListedAndEndedEvenBeforeItBegins) {
  *request_.mutable_start_time() = rpc::ToTimestamp(At(2, 1));
  ASSERT_OK_AND_ASSIGN(const v1::StandIn stand_in, Create());
  v1::EndStandInRequest end;
  end.set_name(stand_in.name());
  ASSERT_OK_AND_ASSIGN(const v1::StandIn ended,
                       head().Unary<v1::StandIn>(absl::StrCat(kService, "EndStandIn"), end));
  EXPECT_EQ(rpc::ToTime(ended.end_time()), At(1, 3, 10));
  v1::ListStandInsRequest list;
  list.set_parent(kParent);
  list.set_filter(absl::StrCat("recipient = \"", kOfficer, "\""));
  ASSERT_OK_AND_ASSIGN(const auto stand_ins, head().Unary<v1::ListStandInsResponse>(
                                                 absl::StrCat(kService, "ListStandIns"), list));
  ASSERT_EQ(stand_ins.stand_ins_size(), 1);
  EXPECT_EQ(stand_ins.stand_ins(0).SerializeAsString(), ended.SerializeAsString());
  end.set_name("districts/120110/standIns/0185a0b0-0000-7000-8000-0000000000ff");
  EXPECT_THAT(head().Unary<v1::StandIn>(absl::StrCat(kService, "EndStandIn"), end),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::reminder
