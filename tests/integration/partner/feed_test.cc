// The feed of a partner: what it may see, from the first event on, and nothing else.
#include "absl/strings/strip.h"
#include "libs/events/protocol.h"
#include "libs/rpc/convert.h"
#include "rectify/event/v1/event_feed_service.pb.h"
#include "rectify/hazard/v1/campaign_events.pb.h"
#include "rectify/hazard/v1/lead_events.pb.h"
#include "rectify/partner/v1/partner_events.pb.h"
#include "services/partner_registry/events/feeds.h"
#include "tests/integration/partner/fixture.h"

namespace rectify::partner {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kJiaoyu[] = "districts/120110/departments/jiaoyu";
constexpr char kZhujian[] = "districts/120110/departments/zhujian";
constexpr char kLead[] = "districts/120110/leads/0185766a-7000-7000-8000-000000000001";
constexpr char kOther[] = "districts/120110/leads/0185766a-7000-7000-8000-000000000002";
constexpr char kCampaign[] = "districts/120110/campaigns/2023-3";

class FeedTest : public PartnerTest {
 protected:
  // Another service tells something, and it is told to departments or not.
  template <typename Payload>
  void Happens(const std::string& aggregate, int64_t version, const Payload& payload,
               bool for_departments = true) {
    event::v1::EventEnvelope event;
    event.set_source("hazard");
    event.set_position(++position_);
    event.set_epoch(epoch_);
    event.set_aggregate(aggregate);
    event.set_aggregate_version(version);
    event.set_type(Payload::descriptor()->full_name());
    event.set_payload(payload.SerializeAsString());
    event.set_actor("users/li");
    *event.mutable_occur_time() = rpc::ToTimestamp(kOccurTime);
    if (for_departments) event.add_audiences(event::v1::AUDIENCE_DEPARTMENTS);
    ASSERT_OK(Tell(event));
  }
  absl::Status Tell(const event::v1::EventEnvelope& event) {
    return host_->commands().Act(
        {.actor = "services/partner",
         .parent = "test",
         .trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
         .request_id = kRequestId},
        "test", [&](rectify::events::Change& change) { return events::GoOn(change, event); });
  }
  void Received(const std::string& lead, const std::string& reporter) {
    hazard::v1::LeadReceived payload;
    payload.mutable_lead()->set_lead(lead);
    payload.mutable_lead()->set_reporter(reporter);
    Happens(lead, 1, payload);
  }
  void Transferred(const std::string& lead, const std::string& department) {
    hazard::v1::LeadTransferred payload;
    payload.mutable_lead()->set_lead(lead);
    payload.set_department(department);
    Happens(lead, 2, payload);
  }

  absl::StatusOr<event::v1::ReadEventsResponse> Read(rpc::Client& client,
                                                     const std::string& partner,
                                                     const rpc::CallOptions& options = {}) {
    event::v1::ReadEventsRequest request;
    request.set_source("partner");
    request.set_feed(partner.substr(partner.rfind('/') + 1));
    request.set_max_events(1000);
    return client.Unary<event::v1::ReadEventsResponse>("rectify.event.v1.EventFeed.ReadEvents",
                                                       request, options);
  }
  rpc::Client& anyone() { return system_.Anonymous("partner"); }

  // "LeadReceived 1" of everything in the partner's feed, whose links are checked.
  std::vector<std::string> Told(const v1::Partner& partner) {
    system_.Settle();
    const auto response =
        Read(system_.As("partner", "users/yun.wei", {"OPERATOR"}, {}, ""), partner.name());
    EXPECT_OK(response);
    std::vector<std::string> told;
    std::string chain = rectify::events::GenesisChain(
        "partner", partner.name().substr(partner.name().rfind('/') + 1));
    for (const event::v1::EventEnvelope& event : response->events()) {
      EXPECT_EQ(event.position(), static_cast<int64_t>(told.size()) + 1);
      EXPECT_EQ(event.prev_chain(), chain);
      chain = event.chain();
      told.push_back(absl::StrCat(event.type().substr(event.type().rfind('.') + 1), " ",
                                  event.aggregate_version(), " ",
                                  event.aggregate().substr(event.aggregate().size() - 1)));
    }
    return told;
  }

  v1::Partner Follower(const std::vector<std::string>& posts = {kJiaoyu},
                       const std::vector<std::string>& event_types = {"rectify.hazard.v1.*"},
                       const std::string& display_name = "示例平台") {
    v1::Partner partner = Sample(display_name);
    partner.clear_posts();
    for (const std::string& post : posts) partner.add_posts(post);
    for (const std::string& type : event_types) partner.add_event_types(type);
    absl::StatusOr<v1::Partner> created = Create(partner);
    EXPECT_OK(created);
    return created.value_or(v1::Partner());
  }

  static constexpr absl::Time kOccurTime = absl::FromUnixSeconds(1672700000);
  int64_t position_ = 0;
  int32_t epoch_ = 1;
};

TEST_F(FeedTest, HasWhatThePartnersDesksMaySee) {
  const v1::Partner partner = Follower();
  const v1::Partner other = Follower({kZhujian}, {"rectify.hazard.v1.*"}, "另一平台");
  Received(kLead, kJiaoyu);
  Received(kOther, "districts/120110/streets/120110001");
  Happens(kCampaign, 1, hazard::v1::CampaignCreated());
  EXPECT_THAT(Told(partner), ElementsAre("LeadReceived 1 1", "CampaignCreated 1 3"));
  EXPECT_THAT(Told(other), ElementsAre("CampaignCreated 1 3"));
}

TEST_F(FeedTest, BeginsWhenSomethingIsHandedOver) {
  const v1::Partner partner = Follower({kZhujian});
  Received(kLead, kJiaoyu);
  EXPECT_THAT(Told(partner), IsEmpty());
  Transferred(kLead, kZhujian);
  EXPECT_THAT(Told(partner),
              ElementsAre("AccessGranted 2 1", "LeadReceived 1 1", "LeadTransferred 2 1"));
}

TEST_F(FeedTest, BeginsAndEndsWithThePartnersPosts) {
  v1::Partner partner = Follower({kZhujian});
  Received(kLead, kJiaoyu);
  Received(kOther, kZhujian);
  partner.clear_posts();
  partner.add_posts(kJiaoyu);
  ASSERT_OK(Update(partner, {"posts"}));
  EXPECT_THAT(Told(partner), ElementsAre("LeadReceived 1 2", "AccessGranted 1 1",
                                         "LeadReceived 1 1", "AccessWithdrawn 1 2"));
}

TEST_F(FeedTest, BeginsAnewWithOtherTypes) {
  v1::Partner partner = Follower({kJiaoyu}, {"rectify.hazard.v1.LeadTransferred"});
  Received(kLead, kJiaoyu);
  EXPECT_THAT(Told(partner), IsEmpty()) << "it does not follow that";
  Transferred(kLead, kZhujian);
  partner.add_event_types("rectify.hazard.v1.LeadReceived");
  ASSERT_OK(Update(partner, {"event_types"}));
  EXPECT_THAT(Told(partner), ElementsAre("LeadTransferred 2 1", "AccessGranted 2 1",
                                         "LeadReceived 1 1", "LeadTransferred 2 1"));
}

TEST_F(FeedTest, OfWhatWasBeforeItTellsToo) {
  Received(kLead, kJiaoyu);
  Transferred(kLead, kZhujian);
  EXPECT_THAT(Told(Follower()),
              ElementsAre("AccessGranted 2 1", "LeadReceived 1 1", "LeadTransferred 2 1"));
}

TEST_F(FeedTest, NothingForTheServicesAlone) {
  const v1::Partner partner = Follower();
  Happens(kCampaign, 1, hazard::v1::CampaignCreated(), /*for_departments=*/false);
  EXPECT_THAT(Told(partner), IsEmpty());
}

TEST_F(FeedTest, TellsWhatAndWhenButNotWhoDidIt) {
  const v1::Partner partner = Follower();
  Received(kLead, kJiaoyu);
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(
      const auto response,
      Read(system_.As("partner", "users/yun.wei", {"OPERATOR"}, {}, ""), partner.name()));
  ASSERT_THAT(response.events(), SizeIs(1));
  EXPECT_EQ(rpc::ToTime(response.events(0).occur_time()), kOccurTime);
  EXPECT_EQ(response.events(0).actor(), "services/partner");
  EXPECT_EQ(response.events(0).request_id(), "");
  EXPECT_EQ(response.events(0).trace(), "");
  hazard::v1::LeadReceived payload;
  ASSERT_TRUE(payload.ParseFromString(response.events(0).payload()));
  EXPECT_EQ(payload.lead().reporter(), kJiaoyu);
}

TEST_F(FeedTest, WhatAForkTookBackIsToldAnew) {
  const v1::Partner partner = Follower();
  Received(kLead, kJiaoyu);
  Transferred(kLead, kZhujian);
  EXPECT_THAT(Told(partner), ElementsAre("LeadReceived 1 1", "LeadTransferred 2 1"));
  position_ = 1;
  ++epoch_;
  Received(kOther, kJiaoyu);
  EXPECT_THAT(Told(partner),
              ElementsAre("LeadReceived 1 1", "LeadTransferred 2 1", "LeadReceived 1 2",
                          "AccessGranted 1 1", "LeadReceived 1 1"));
}

TEST_F(FeedTest, WaitsWithWhatItDoesNotUnderstandYet) {
  event::v1::EventEnvelope event;
  event.set_source("hazard");
  event.set_aggregate(kLead);
  event.set_type("rectify.hazard.v1.LeadReopened");
  event.add_audiences(event::v1::AUDIENCE_DEPARTMENTS);
  EXPECT_EQ(Tell(event).code(), absl::StatusCode::kUnavailable);
}

TEST_F(FeedTest, IsItsPartnersAlone) {
  const v1::Partner partner = Follower();
  const v1::Partner other = Follower({kZhujian}, {"rectify.hazard.v1.*"}, "另一平台");
  Received(kLead, kJiaoyu);
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(const auto key, Issue(partner.name()));
  ASSERT_OK_AND_ASSIGN(const v1::Passport passport, Exchange(key.secret()));
  rpc::CallOptions as_partner;
  as_partner.token = passport.token();
  ASSERT_OK_AND_ASSIGN(const auto own, Read(anyone(), partner.name(), as_partner));
  EXPECT_THAT(own.events(), SizeIs(1));
  const auto not_there = StatusIs(absl::StatusCode::kNotFound, "FEED_NOT_FOUND");
  EXPECT_THAT(Read(anyone(), other.name(), as_partner), not_there);
  EXPECT_THAT(Read(anyone(), "x/0185766a-7000-7000-8000-0000000000ff", as_partner), not_there);
  EXPECT_THAT(Read(anyone(), "x/internal", as_partner), not_there);
  EXPECT_THAT(Read(system_.As("partner", "users/ke.zhang", {"DEPARTMENT_STAFF"}, {kJiaoyu}),
                   partner.name()),
              not_there);
}

TEST_F(FeedTest, TypesAreCheckedWhenTheyAreSaved) {
  v1::Partner partner = Sample();
  for (const char* type : {"rectify.hazard.v1.LeadAccepted", "rectify.hazard.v1.LeadLost",
                           "rectify.nothing.v1.*", "rectify.hazard.v1.Lead"}) {
    partner.add_event_types(type);
  }
  const absl::Status status = Create(partner).status();
  EXPECT_THAT(status, HasViolation("partner.event_types[1]"));
  EXPECT_THAT(status, HasViolation("partner.event_types[2]"));
  EXPECT_THAT(status, HasViolation("partner.event_types[3]"));
}

TEST_F(FeedTest, ManyThingsAreLookedAtSomeAtATime) {
  for (int i = 0; i < 250; ++i) {
    Received(absl::StrFormat("districts/120110/leads/0185766a-7000-7000-8000-%012d", i), kJiaoyu);
  }
  const v1::Partner partner = Follower({kJiaoyu}, {"rectify.hazard.v1.LeadReceived"});
  EXPECT_THAT(Told(partner), SizeIs(2 * 250));
}

}  // namespace
}  // namespace rectify::partner
