#include "services/gateway/feeds/cloud_events.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status_macros.h"
#include "libs/http/target.h"
#include "libs/protojson/cloud_event.h"
#include "rectify/event/v1/event_feed_service.pb.h"

namespace rectify::gateway {
namespace {

using event::v1::EventEnvelope;
using event::v1::ReadEventsResponse;

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

absl::StatusOr<http::Response> ToCloudEventsPage(const std::string& target,
                                                 const std::string& answer) {
  ReadEventsResponse page;
  if (!page.ParseFromString(answer)) return absl::InternalError("the answer is no page of a feed");
  std::vector<std::string> events;
  for (const EventEnvelope& event : page.events()) events.push_back(protojson::ToCloudEvent(event));
  std::string next = target;
  if (page.events_size() > 0) {
    ASSIGN_OR_RETURN(next, TargetAfter(target, *page.events().rbegin()));
  }
  http::Response response;
  response.headers.Add("Content-Type", kCloudEventsBatch);
  response.headers.Add("Link", absl::StrCat("<", next, ">; rel=\"next\""));
  response.body = absl::StrCat("[", absl::StrJoin(events, ","), "]");
  return response;
}

}  // namespace rectify::gateway
