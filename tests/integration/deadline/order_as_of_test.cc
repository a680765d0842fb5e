// Orders as they were at an earlier time, over the real service.
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/order_life_service.pb.h"
#include "services/rectification_deadlines/store/order_store.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OrderAsOfTest : public DeadlineTest {
 protected:
  absl::StatusOr<v1::Order> GetAsOf(rpc::Client& client, const std::string& name, absl::Time time) {
    v1::GetOrderRequest request;
    *request.mutable_as_of() = rpc::ToTimestamp(time);
    return Verb(client, "GetOrder", name, request);
  }
  absl::StatusOr<v1::Order> GetAsOf(const std::string& name, absl::Time time) {
    return GetAsOf(li(), name, time);
  }
  std::vector<std::string> NamesAsOf(absl::Time time, const std::string& filter = "") {
    v1::ListOrdersRequest request;
    request.set_parent(kParent);
    request.set_filter(filter);
    *request.mutable_as_of() = rpc::ToTimestamp(time);
    const auto orders = Call<v1::ListOrdersResponse>(li(), "ListOrders", request);
    EXPECT_OK(orders);
    std::vector<std::string> names;
    for (const v1::Order& order : orders->orders()) names.push_back(order.name());
    return names;
  }
  // Asked for and granted up to 2023-02-08.
  void Extend(const std::string& name) {
    v1::RequestExtensionRequest ask;
    ask.set_name(name);
    ask.set_reason("配件未到货");
    ask.set_safeguards("派人看守");
    *ask.mutable_wished_date() = Date(2023, 2, 8);
    ASSERT_OK(
        manager().Unary<v1::Order>("rectify.deadline.v1.OrderLife.RequestExtension", ask).status());
    v1::DecideExtensionRequest decide;
    decide.set_name(name);
    decide.set_granted(true);
    decide.set_reason("理由成立");
    ASSERT_OK(
        chief().Unary<v1::Order>("rectify.deadline.v1.OrderLife.DecideExtension", decide).status());
  }
};

TEST_F(OrderAsOfTest, ShowsStateAndDueDatesThatHeldThen) {
  const std::string name = Inspect({TermFinding(1, 7)});  // 2023-01-04 08:00
  system_.AdvanceTo(At(2023, 1, 5));
  ASSERT_OK(SubmitAndServe(name));
  system_.AdvanceTo(At(2023, 1, 10));
  Extend(name);
  system_.AdvanceTo(At(2023, 1, 20));

  EXPECT_THAT(GetAsOf(name, At(2023, 1, 4, 7)), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  ASSERT_OK_AND_ASSIGN(v1::Order order, GetAsOf(name, At(2023, 1, 4, 12)));
  EXPECT_EQ(order.state(), v1::Order::STATE_DRAFTED);
  EXPECT_EQ(order.document_number(), "");
  EXPECT_EQ(order.approvals(0).approver(), "");
  EXPECT_FALSE(order.items(0).has_due_date());
  EXPECT_FALSE(order.has_service());

  ASSERT_OK_AND_ASSIGN(order, GetAsOf(name, At(2023, 1, 9)));
  EXPECT_EQ(order.state(), v1::Order::STATE_SERVED);
  EXPECT_EQ(order.items(0).due_date().DebugString(), Date(2023, 1, 12).DebugString());
  EXPECT_THAT(order.extensions(), IsEmpty());
  ASSERT_OK_AND_ASSIGN(order, GetAsOf(name, At(2023, 1, 20)));
  EXPECT_EQ(order.items(0).due_date().DebugString(), Date(2023, 2, 8).DebugString());
  EXPECT_FALSE(order.overdue());
  EXPECT_THAT(GetAsOf(name, At(2023, 1, 20, 11)), HasViolation("as_of"));
}

TEST_F(OrderAsOfTest, TheInstantOfAChangeAlreadyShowsIt) {
  const std::string name = Inspect({TermFinding(1, 7)});
  system_.AdvanceTo(At(2023, 1, 5));
  ASSERT_OK(Submit(name));
  system_.AdvanceTo(At(2023, 1, 6));
  EXPECT_EQ(GetAsOf(name, At(2023, 1, 5) - absl::Microseconds(1))->state(),
            v1::Order::STATE_DRAFTED);
  EXPECT_EQ(GetAsOf(name, At(2023, 1, 5) + absl::Seconds(1))->state(), v1::Order::STATE_IN_REVIEW);
}

TEST_F(OrderAsOfTest, WhatWasEditedLaterReadsAsItStood) {
  const std::string name = Inspect({TermFinding(1, 7)});
  v1::UpdateOrderRequest update;
  ASSERT_OK_AND_ASSIGN(*update.mutable_order(), Get(name));
  const std::string before = update.order().items(0).description();
  update.mutable_order()->mutable_items(0)->set_description("改写后的描述");
  update.mutable_update_mask()->add_paths("items");
  system_.AdvanceTo(At(2023, 1, 5));
  ASSERT_OK(Call<v1::Order>(li(), "UpdateOrder", update));
  system_.AdvanceTo(At(2023, 1, 6));
  EXPECT_EQ(GetAsOf(name, At(2023, 1, 4, 20))->items(0).description(), before);
  EXPECT_EQ(GetAsOf(name, At(2023, 1, 6))->items(0).description(), "改写后的描述");
}

TEST_F(OrderAsOfTest, AListHasTheOrdersTheirFieldsAndWhatWasOverdueThen) {
  const std::string first = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(first));  // due on 01-11
  system_.AdvanceTo(At(2023, 1, 14));
  const std::string second = Inspect({TermFinding(2, 7)}, 2);
  system_.AdvanceTo(At(2023, 1, 16));
  ASSERT_OK(Recheck(first));
  system_.AdvanceTo(At(2023, 1, 17));

  EXPECT_THAT(NamesAsOf(At(2023, 1, 4, 7)), IsEmpty());
  EXPECT_THAT(NamesAsOf(At(2023, 1, 11, 23)), ElementsAre(first));
  EXPECT_THAT(NamesAsOf(At(2023, 1, 16)), ElementsAre(second, first));
  EXPECT_THAT(NamesAsOf(At(2023, 1, 11, 23), "overdue = true"), IsEmpty());
  EXPECT_THAT(NamesAsOf(At(2023, 1, 13), "overdue = true AND state = SERVED"), ElementsAre(first));
  EXPECT_THAT(NamesAsOf(At(2023, 1, 17), "overdue = true"), IsEmpty());
  EXPECT_THAT(NamesAsOf(At(2023, 1, 17), "state = CLOSED"), ElementsAre(first));
  EXPECT_THAT(NamesAsOf(At(2023, 1, 15), "document_number = \"津丽消限字〔2023〕第0001号\""),
              ElementsAre(first));
  EXPECT_TRUE(GetAsOf(first, At(2023, 1, 13))->overdue());
  EXPECT_FALSE(Get(first)->overdue());

  v1::ListOrdersRequest request;
  request.set_parent(kParent);
  request.set_page_size(1);
  *request.mutable_as_of() = rpc::ToTimestamp(At(2023, 1, 15));
  ASSERT_OK_AND_ASSIGN(const auto page, Call<v1::ListOrdersResponse>(li(), "ListOrders", request));
  request.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto next, Call<v1::ListOrdersResponse>(li(), "ListOrders", request));
  EXPECT_EQ(next.orders(0).name(), first);
  *request.mutable_as_of() = rpc::ToTimestamp(At(2023, 1, 16));
  EXPECT_THAT(Call<v1::ListOrdersResponse>(li(), "ListOrders", request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN"));
}

TEST_F(OrderAsOfTest, PeopleAreShownAsNowToEnforcementOnlyAndNotKeptInVersions) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(name));
  system_.AdvanceTo(At(2023, 1, 6));
  ASSERT_OK(Report(name));
  system_.AdvanceTo(At(2023, 1, 7));
  const absl::Time then = At(2023, 1, 5);
  EXPECT_EQ(GetAsOf(name, then)->service().receiver(), "㙍某某（店长）");
  EXPECT_EQ(GetAsOf(manager(), name, then)->service().receiver(), "㙍**");
  rpc::Client& other = As("users/other", {"VENUE_MANAGER"}, {"districts/120110/venues/" + Uuid(8)});
  EXPECT_THAT(GetAsOf(other, name, then), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_EQ(Count("order_versions where position(convert_to('某某', 'UTF8') in message) > 0"), 0);
}

TEST_F(OrderAsOfTest, EveryChangeKeepsOneVersionThatNobodyCanRewrite) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(name));
  ASSERT_OK(Recheck(name));
  EXPECT_EQ(Value("select version from orders"), "8");
  EXPECT_EQ(Count("order_versions"), 8);
  for (const char* sql : {"update order_versions set state = 1", "delete from order_versions"}) {
    EXPECT_FALSE(host_->pool()
                     .Transact("test.rewrite", {}, [&](pg::Tx& tx) { return tx.ExecScript(sql); })
                     .ok());
  }
}

TEST_F(OrderAsOfTest, OrdersOfAnEarlierReleaseAreKnownFromTheirLastChangeOn) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(name));
  ASSERT_OK_AND_ASSIGN(const auto cipher,
                       crypto::FieldCipher::FromKeyFile(host_->options().keys + "/field.key"));
  const store::OrderStore orders(*cipher);
  for (const int recorded : {1, 0}) {
    ASSERT_OK(host_->pool().Transact("test.record", {}, [&](pg::Tx& tx) -> absl::Status {
      if (recorded > 0) {
        const absl::Status status =
            tx.ExecScript("truncate order_versions; update orders set recorded = false");
        if (!status.ok()) return status;
      }
      EXPECT_EQ(*orders.RecordMissing(tx, 10), recorded);
      return absl::OkStatus();
    }));
  }
  system_.AdvanceTo(At(2023, 1, 6));
  ASSERT_OK(Report(name));
  system_.AdvanceTo(At(2023, 1, 7));
  EXPECT_EQ(GetAsOf(name, At(2023, 1, 5))->state(), v1::Order::STATE_SERVED);
  EXPECT_THAT(GetAsOf(name, At(2023, 1, 4, 7)), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::deadline
