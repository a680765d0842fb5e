// EventFeed and AuditTrail as other processes see them.
#include "absl/strings/str_cat.h"
#include "grpcpp/channel.h"
#include "libs/rpc/client.h"
#include "libs/rpc/server.h"
#include "libs/rpc/token.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "tests/integration/events/fixture.h"

namespace rectify::events {
namespace {

using audit::v1::ListAuditEntriesRequest;
using audit::v1::ListAuditEntriesResponse;
using testing::HasViolation;
using testing::StatusIs;

constexpr char kList[] = "rectify.audit.v1.AuditTrail.ListAuditEntries";
constexpr char kVenue[] = "districts/120110/venues/0185e3a0-0000-7000-8000-000000000001";
constexpr char kOrder[] = "districts/120110/orders/0185e3a0-0000-7000-8000-000000000002";

class RpcTest : public EventsTest {
 protected:
  void SetUp() override {
    ASSERT_OK(rpc::CreateKeyPair(keys_.path(), "people"));
    ASSERT_OK(rpc::CreateKeyPair(keys_.path(), "svc-deadline"));
    ASSERT_OK_AND_ASSIGN(verifier_, rpc::TokenVerifier::FromFolder(keys_.path() + "/public"));
    server_ = std::make_unique<rpc::Server>(rpc::ServerOptions(), *verifier_);
    RegisterEventFeed(*server_, venue_.feed);
    RegisterAuditTrail(*server_, venue_.pool, "venue");
    ASSERT_OK(server_->Start());
    server_->SetServing(true);
    rpc::Caller service;
    service.subject = "services/deadline";
    service.roles = {"SERVICE"};
    service_ = ClientOf("svc-deadline", service);
    rpc::Caller inspector;
    inspector.subject = "users/zhang.wei";
    inspector.roles = {"INSPECTOR"};
    inspector.district = "120110";
    inspector_ = ClientOf("people", inspector);
  }
  void TearDown() override { server_->Shutdown(absl::Seconds(1)); }

  std::unique_ptr<rpc::Client> ClientOf(const std::string& key, const rpc::Caller& caller) {
    auto signer = rpc::TokenSigner::FromFile(keys_.path() + "/private/" + key + ".pem");
    EXPECT_OK(signer);
    auto token = (*signer)->Sign(caller, absl::Hours(1));
    EXPECT_OK(token);
    rpc::ClientOptions options;
    options.target = "in-process";
    options.token = [token = *token] { return token; };
    return std::make_unique<rpc::Client>(options, server_->InProcessChannel());
  }

  // An audited change of `subject`.
  void Record(const std::string& subject, std::vector<std::string> related,
              const std::string& action) {
    ASSERT_OK(venue_.commands.Run<Text>(NewCall(), [&](Change& change) -> absl::StatusOr<Text> {
      change.Audit({subject, related, action, "一行说明", {{"k1", "v1"}, {"k2", "v2"}}});
      return Text();
    }));
  }
  absl::StatusOr<ListAuditEntriesResponse> List(const std::string& subject, int page_size = 0,
                                                const std::string& token = "") {
    ListAuditEntriesRequest request;
    request.set_subject(subject);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return inspector_->Unary<ListAuditEntriesResponse>(kList, request);
  }

  testing::TempDir keys_;
  std::unique_ptr<rpc::TokenVerifier> verifier_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<rpc::Client> service_, inspector_;
};

TEST_F(RpcTest, AConsumerFollowsASourceFromAfar) {
  for (int i = 0; i < 5; ++i) venue_.Touch("a");
  ASSERT_OK(venue_.sequencer.Drain());
  RemoteFeed remote(*service_);
  Consumer consumer = MakeConsumer("", remote);
  EXPECT_EQ(consumer.Step(absl::Seconds(1)).value(), 5);
  EXPECT_EQ(Applied(), Happened());
  RewriteHistoryAfter(3);
  EXPECT_THAT(consumer.Step(absl::ZeroDuration()),
              StatusIs(absl::StatusCode::kFailedPrecondition, "HISTORY_DIVERGED"));
}

TEST_F(RpcTest, TheHeadOfAFeedIsForServicesAndOperators) {
  venue_.Touch("a");
  ASSERT_OK(venue_.sequencer.Drain());
  event::v1::GetHeadRequest request;
  request.set_source("venue");
  request.set_feed("internal");
  const std::string method = "rectify.event.v1.EventFeed.GetHead";
  ASSERT_OK_AND_ASSIGN(const auto head, service_->Unary<event::v1::FeedHead>(method, request));
  EXPECT_EQ(head.position(), 1);
  EXPECT_THAT(inspector_->Unary<event::v1::FeedHead>(method, request),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  request.set_source("hazard");
  EXPECT_THAT(service_->Unary<event::v1::FeedHead>(method, request),
              StatusIs(absl::StatusCode::kNotFound, "FEED_NOT_FOUND"));
}

TEST_F(RpcTest, AuditEntriesAreFoundByTheirSubjectAndByWhatTheyConcern) {
  Record(kVenue, {}, "RegisterVenue");
  Record(kOrder, {kVenue}, "DraftOrder");
  Record(kOrder, {}, "ApproveOrder");
  ASSERT_OK_AND_ASSIGN(const auto of_venue, List(kVenue));
  ASSERT_EQ(of_venue.entries_size(), 2);
  EXPECT_EQ(of_venue.entries(0).action(), "RegisterVenue");
  EXPECT_EQ(of_venue.entries(1).action(), "DraftOrder");
  ASSERT_OK_AND_ASSIGN(const auto of_order, List(kOrder));
  ASSERT_EQ(of_order.entries_size(), 2);
  const auto& entry = of_order.entries(0);
  EXPECT_EQ(entry.service(), "venue");
  EXPECT_EQ(entry.subject(), kOrder);
  EXPECT_EQ(entry.related(0), kVenue);
  EXPECT_EQ(entry.actor(), "users/zhang.wei");
  EXPECT_EQ(entry.actor_roles(0), "INSPECTOR");
  EXPECT_EQ(entry.summary(), "一行说明");
  EXPECT_EQ(entry.details().at("k1"), "v1");
  EXPECT_EQ(entry.details().at("k2"), "v2");
  EXPECT_EQ(entry.occur_time().seconds(), 1675386000);
  EXPECT_EQ(entry.request_id().size(), 36u);
}

TEST_F(RpcTest, AuditPagesStayInPlaceWhileEntriesAreAdded) {
  for (int i = 0; i < 5; ++i) Record(kVenue, {}, absl::StrCat("Step", i));
  std::vector<std::string> actions;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, List(kVenue, 2, token));
    EXPECT_LE(page.entries_size(), 2);
    for (const auto& entry : page.entries()) actions.push_back(entry.action());
    token = page.next_page_token();
    if (actions.size() == 2) Record(kVenue, {}, "Step5");
  } while (!token.empty());
  EXPECT_EQ(actions,
            (std::vector<std::string>{"Step0", "Step1", "Step2", "Step3", "Step4", "Step5"}));
}

TEST_F(RpcTest, APageTokenOfAnotherSubjectIsRefused) {
  for (int i = 0; i < 3; ++i) Record(kVenue, {}, "Step");
  ASSERT_OK_AND_ASSIGN(const auto page, List(kVenue, 2));
  for (const std::string& token : {page.next_page_token(), std::string("zz")}) {
    const auto refused = List(kOrder, 2, token);
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN"));
    EXPECT_THAT(refused, HasViolation("page_token"));
  }
}

TEST_F(RpcTest, AuditEntriesAreFoundThroughTheIndex) {
  venue_.Execute(
      "insert into audit_entry (occurred_at, actor, roles, action, subject, related, summary,"
      " details, trace) select '2023-01-01', 'users/x', '{}', 'A', 's' || n, '{}', '', '{}', ''"
      " from generate_series(1, 20000) n; analyze audit_entry");
  Record(kVenue, {}, "RegisterVenue");
  ASSERT_OK(List(kVenue));
  venue_.Execute("select pg_stat_force_next_flush()");
  EXPECT_NE(venue_.Value("select idx_scan from pg_stat_user_indexes"
                         " where indexrelname = 'audit_entry_subjects' and schemaname = 'venue'"),
            "0");
}

}  // namespace
}  // namespace rectify::events
