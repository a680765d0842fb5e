// What a handler knows about the call it serves. No gRPC types here.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::rpc {

// Who calls: from a verified token only.
struct Caller {
  std::string subject;             // "users/zhang.wei", "services/hazard" or a partner's name
  std::vector<std::string> roles;  // names of rectify.authz.v1.Role without prefix: "INSPECTOR"
  std::string district;            // "120110"; empty for services and operators: any district
  std::vector<std::string> posts;  // resource names that the caller speaks for: an officer, a
                                   // venue, a street, a department
  bool HasRole(absl::string_view role) const;
  bool HasPost(absl::string_view resource_name) const;
};

struct Call {
  std::string method;  // "/rectify.venue.v1.VenueRegistry/CreateVenue"
  Caller caller;
  absl::Time deadline;      // real time, already less a margin for the answer's way back
  std::string request_id;   // the request's request_id, or a new one when it has none
  std::string fingerprint;  // SHA-256 of the request without request_id and etag
  std::string trace;        // W3C traceparent
  std::string language;     // "zh-CN" or "en"
};

// "zh-CN" or "en", whichever an Accept-Language names first; Chinese without one.
std::string PreferredLanguage(absl::string_view accepted);

}  // namespace rectify::rpc
