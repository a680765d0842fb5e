// Which rpc a method and a path mean, read from the contracts (`google.api.http`).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "services/gateway/routes/path_template.h"

namespace rectify::gateway {

// Who answers a method: the service of its package, or, for contracts that every service serves,
// the one that the request is about.
enum class Owner { kPackage, kSource, kSubject };

struct Route {
  const google::protobuf::MethodDescriptor* method;
  std::string verb;  // "GET"
  PathTemplate path;
  std::string body;  // "", "*" or the request field that the body is
  Owner owner;
  std::string service;  // "venue"; empty unless kPackage
};

// Whether the body is a file: a method that takes one message after another gets it in pieces, in
// the `bytes` field that the body is, after a first message with all else.
bool TakesFile(const Route& route);

struct Found {
  const Route* route = nullptr;  // nullptr: no such route
  std::vector<Capture> captures;
  std::set<std::string> allowed;  // methods of the path; empty when there is none
};

// Constant after Create.
class RouteTable {
 public:
  // Of all contracts of this program whose service is one of `services` ("venue", …) or that every
  // service serves. INTERNAL names every fault: templates that are none, bodies and captures that
  // are no fields, files that are no bytes, two rpcs under one path.
  static absl::StatusOr<RouteTable> Create(const std::set<std::string>& services);

  Found Find(absl::string_view verb, const std::vector<std::string>& segments) const;
  // Whether a file may come there.
  bool TakesFile(absl::string_view verb, const std::vector<std::string>& segments) const;
  // The service that owns resources of this name: that of the rpc which gets them.
  std::optional<std::string> OwnerOf(absl::string_view resource_name) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

// The request field that If-Match stands for: "etag" of a verb, "venue.etag" of an update, which
// has it in the resource that it sends; empty where there is none, and of what only reads.
std::string EtagField(const Route& route);

// "/rectify.venue.v1.VenueRegistry/GetVenue" names a service by its package's second part: "venue".
std::string ServiceOf(const google::protobuf::FileDescriptor& file);

}  // namespace rectify::gateway
