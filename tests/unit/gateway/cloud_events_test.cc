#include "services/gateway/feeds/cloud_events.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/protojson/cloud_event.h"
#include "libs/testing/status_matchers.h"
#include "rectify/event/v1/event_feed_service.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"

namespace rectify::gateway {
namespace {

using nlohmann::json;

event::v1::EventEnvelope Closed(int64_t position) {
  venue::v1::VenueClosed payload;
  payload.set_reason("示例");
  event::v1::EventEnvelope event;
  event.set_source("venue");
  event.set_feed("departments");
  event.set_epoch(2);
  event.set_position(position);
  event.set_aggregate("districts/120110/venues/a");
  event.set_aggregate_version(7);
  event.set_type(payload.GetDescriptor()->full_name());
  event.set_payload(payload.SerializeAsString());
  event.set_actor("users/li");
  event.mutable_occur_time()->set_seconds(1'672'704'000);
  event.set_prev_chain("\x01\xff");
  event.set_chain("\x02\xfe");
  return event;
}

TEST(CloudEventsTest, HaveTheAttributesOfBothWorlds) {
  const json event = json::parse(protojson::ToCloudEvent(Closed(9'007'199'254'740'993)));
  EXPECT_EQ(event["specversion"], "1.0");
  EXPECT_EQ(event["id"], "2-9007199254740993");
  EXPECT_EQ(event["source"], "/v1/sources/venue/feeds/departments");
  EXPECT_EQ(event["type"], "rectify.venue.v1.VenueClosed");
  EXPECT_EQ(event["subject"], "districts/120110/venues/a");
  EXPECT_EQ(event["time"], "2023-01-03T00:00:00Z");
  EXPECT_EQ(event["position"], "9007199254740993");
  EXPECT_EQ(event["epoch"], 2);
  EXPECT_EQ(event["aggregateversion"], "7");
  EXPECT_EQ(event["prevchain"], "Af8=");
  EXPECT_EQ(event["chain"], "Av4=");
  EXPECT_EQ(event["datacontenttype"], "application/json");
  EXPECT_EQ(event["data"], (json{{"reason", "示例"}}));
  // CloudEvents allows lower-case letters and digits, at most twenty by its own advice.
  for (const auto& [name, value] : event.items()) {
    EXPECT_THAT(name, ::testing::MatchesRegex("[a-z0-9]{1,20}"));
    EXPECT_FALSE(value.is_null()) << name;
  }
}

TEST(CloudEventsTest, WhatIsNotKnownHereGoesAlongAsItIs) {
  event::v1::EventEnvelope event = Closed(1);
  event.set_type("rectify.venue.v1.OfALaterRelease");
  event.set_payload("\xff\x01");
  const json shown = json::parse(protojson::ToCloudEvent(event));
  EXPECT_EQ(shown["datacontenttype"], "application/protobuf");
  EXPECT_EQ(shown["data_base64"], "/wE=");
  EXPECT_FALSE(shown.contains("data"));
}

TEST(CloudEventsTest, APageNamesTheNextOne) {
  event::v1::ReadEventsResponse page;
  *page.add_events() = Closed(41);
  *page.add_events() = Closed(42);
  const std::string target =
      "/v1/sources/venue/feeds/departments/events?maxEvents=2&afterPosition=40&after_epoch=1";
  ASSERT_OK_AND_ASSIGN(const http::Response response,
                       ToCloudEventsPage(target, page.SerializeAsString()));
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/cloudevents-batch+json");
  EXPECT_EQ(json::parse(response.body).size(), 2u);
  EXPECT_EQ(response.headers.Get("Link"),
            "</v1/sources/venue/feeds/departments/events?afterPosition=42&afterEpoch=2&"
            "afterChain=Av4%3D&maxEvents=2>; rel=\"next\"");
  ASSERT_OK_AND_ASSIGN(const http::Response empty, ToCloudEventsPage(target, ""));
  EXPECT_EQ(empty.body, "[]");
  EXPECT_EQ(empty.headers.Get("Link"), "<" + target + ">; rel=\"next\"");
}

}  // namespace
}  // namespace rectify::gateway
