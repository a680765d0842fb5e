#include "services/gateway/feeds/cloud_events.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "libs/http/target.h"
#include "rectify/event/v1/event_feed_service.pb.h"
#include "services/gateway/contracts/json.h"

namespace rectify::gateway {
namespace {

using event::v1::EventEnvelope;
using event::v1::ReadEventsResponse;
using Json = nlohmann::ordered_json;

// The payload as JSON, or nullopt when this program does not know its type.
std::optional<Json> PayloadOf(const EventEnvelope& event) {
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(event.type());
  if (type == nullptr) return std::nullopt;
  const absl::StatusOr<std::string> text = ToJson(*type, event.payload());
  if (!text.ok()) return std::nullopt;
  Json payload = Json::parse(*text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (payload.is_discarded()) return std::nullopt;
  return payload;
}

Json EventAsJson(const EventEnvelope& event) {
  Json json = {{"specversion", "1.0"},
               {"id", absl::StrCat(event.epoch(), "-", event.position())},
               {"source", absl::StrCat("/v1/sources/", event.source(), "/feeds/", event.feed())},
               {"type", event.type()},
               {"subject", event.aggregate()},
               {"time", google::protobuf::util::TimeUtil::ToString(event.occur_time())},
               // Integers of CloudEvents have 32 bits.
               {"position", absl::StrCat(event.position())},
               {"epoch", event.epoch()},
               {"prevchain", absl::Base64Escape(event.prev_chain())},
               {"chain", absl::Base64Escape(event.chain())},
               {"aggregateversion", absl::StrCat(event.aggregate_version())},
               {"actor", event.actor()}};
  if (!event.request_id().empty()) json["requestid"] = event.request_id();
  if (!event.trace().empty()) json["traceparent"] = event.trace();
  if (std::optional<Json> payload = PayloadOf(event); payload.has_value()) {
    json["datacontenttype"] = "application/json";
    json["data"] = *std::move(payload);
  } else {
    json["datacontenttype"] = "application/protobuf";
    json["data_base64"] = absl::Base64Escape(event.payload());
  }
  return json;
}

// The same question after another event.
absl::StatusOr<std::string> TargetAfter(const std::string& target, const EventEnvelope& last) {
  ASSIGN_OR_RETURN(const http::Target parsed, http::ParseTarget(target));
  std::vector<std::string> query = {
      absl::StrCat("afterPosition=", last.position()), absl::StrCat("afterEpoch=", last.epoch()),
      absl::StrCat("afterChain=", http::Encode(absl::Base64Escape(last.chain())))};
  for (const auto& [name, value] : parsed.query) {
    if (absl::StartsWith(name, "after")) continue;
    query.push_back(absl::StrCat(http::Encode(name), "=", http::Encode(value)));
  }
  return absl::StrCat(target.substr(0, target.find('?')), "?", absl::StrJoin(query, "&"));
}

}  // namespace

std::string ToCloudEvent(const EventEnvelope& event) { return EventAsJson(event).dump(); }

absl::StatusOr<http::Response> ToCloudEventsPage(const std::string& target,
                                                 const std::string& answer) {
  ReadEventsResponse page;
  if (!page.ParseFromString(answer)) return absl::InternalError("the answer is no page of a feed");
  Json events = Json::array();
  for (const EventEnvelope& event : page.events()) events.push_back(EventAsJson(event));
  std::string next = target;
  if (page.events_size() > 0) {
    ASSIGN_OR_RETURN(next, TargetAfter(target, *page.events().rbegin()));
  }
  http::Response response;
  response.headers.Add("Content-Type", kCloudEventsBatch);
  response.headers.Add("Link", absl::StrCat("<", next, ">; rel=\"next\""));
  response.body = events.dump();
  return response;
}

}  // namespace rectify::gateway
