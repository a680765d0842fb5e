#include "services/gateway/routes/route_table.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/api/annotations.pb.h"
#include "libs/base/status_macros.h"
#include "services/gateway/contracts/contracts.h"

namespace rectify::gateway {
namespace {

using google::api::HttpRule;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

// Verb and path of a rule; empty when it has another pattern than the five.
std::pair<std::string, std::string> PatternOf(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return {"GET", rule.get()};
    case HttpRule::kPut:
      return {"PUT", rule.put()};
    case HttpRule::kPost:
      return {"POST", rule.post()};
    case HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    default:
      return {};
  }
}

const FieldDescriptor* FindField(const Descriptor& message, absl::string_view path) {
  const Descriptor* at = &message;
  const FieldDescriptor* field = nullptr;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    field = at == nullptr ? nullptr : at->FindFieldByName(std::string(part));
    if (field == nullptr || field->is_repeated()) return nullptr;
    at = field->message_type();
  }
  return field;
}

Owner OwnerOfMethod(const std::string& service) {
  if (service == "event") return Owner::kSource;
  return service == "audit" ? Owner::kSubject : Owner::kPackage;
}

bool IsContent(const Descriptor& request, const std::string& field) {
  const FieldDescriptor* found = request.FindFieldByName(field);
  return found != nullptr && found->type() == FieldDescriptor::TYPE_BYTES && !found->is_repeated();
}

absl::StatusOr<Route> MakeRoute(const MethodDescriptor& method, const HttpRule& rule) {
  const auto [verb, path] = PatternOf(rule);
  if (verb.empty() || !rule.response_body().empty() || !rule.additional_bindings().empty()) {
    return absl::InternalError(absl::StrCat(method.full_name(), " has a rule of an unknown kind"));
  }
  ASSIGN_OR_RETURN(PathTemplate parsed, PathTemplate::Parse(path));
  std::vector<std::string> fields = parsed.FieldPaths();
  const Descriptor& request = *method.input_type();
  if (!rule.body().empty() && rule.body() != "*") fields.push_back(rule.body());
  for (const std::string& field : fields) {
    if (FindField(request, field) != nullptr) continue;
    return absl::InternalError(absl::StrCat(method.full_name(), " has no request field ", field));
  }
  if (method.client_streaming() &&
      (method.server_streaming() || !IsContent(request, rule.body()))) {
    return absl::InternalError(
        absl::StrCat(method.full_name(), " takes many messages, and no file as its body"));
  }
  const std::string service = ServiceOf(*method.file());
  const Owner owner = OwnerOfMethod(service);
  return Route{&method,     verb,  std::move(parsed),
               rule.body(), owner, owner == Owner::kPackage ? service : ""};
}

// Templates that differ only in the fields they capture into are one path.
std::string ShapeOf(const Route& route) {
  std::string shape = absl::StrCat(route.verb, " ");
  bool inside = false, name = false;
  for (char c : route.path.text()) {
    if (c == '{') inside = name = true;
    if (c == '}') inside = false;
    if (!inside || !name) shape.push_back(c);
    if (inside && c == '=') name = false;
  }
  return shape;
}

}  // namespace

std::string ServiceOf(const FileDescriptor& file) {
  const std::vector<std::string> parts = absl::StrSplit(file.package(), '.');
  return parts.size() > 1 ? parts[1] : "";
}

bool TakesFile(const Route& route) { return route.method->client_streaming(); }

std::string EtagField(const Route& route) {
  if (route.verb == "GET") return "";
  const std::string field = route.verb == "PATCH" ? absl::StrCat(route.body, ".etag") : "etag";
  return FindField(*route.method->input_type(), field) == nullptr ? "" : field;
}

absl::StatusOr<RouteTable> RouteTable::Create(const std::set<std::string>& services) {
  RouteTable table;
  std::vector<std::string> faults;
  std::map<std::string, std::string> shapes;
  for (const FileDescriptor* file : ContractFiles()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const MethodDescriptor& method = *file->service(s)->method(m);
        if (!method.options().HasExtension(google::api::http)) continue;
        absl::StatusOr<Route> route =
            MakeRoute(method, method.options().GetExtension(google::api::http));
        if (!route.ok()) {
          faults.emplace_back(route.status().message());
          continue;
        }
        if (route->owner == Owner::kPackage && !services.contains(route->service)) continue;
        const auto [other, added] = shapes.emplace(ShapeOf(*route), method.full_name());
        if (!added) {
          faults.push_back(absl::StrCat(method.full_name(), " has the path of ", other->second));
        }
        table.routes_.push_back(*std::move(route));
      }
    }
  }
  if (!faults.empty()) return absl::InternalError(absl::StrJoin(faults, "; "));
  return table;
}

Found RouteTable::Find(absl::string_view verb, const std::vector<std::string>& segments) const {
  Found found;
  for (const Route& route : routes_) {
    std::optional<std::vector<Capture>> captures = route.path.Match(segments);
    if (!captures) continue;
    found.allowed.insert(route.verb);
    if (route.verb != verb) continue;
    found.route = &route;
    found.captures = *std::move(captures);
    return found;
  }
  return found;
}

bool RouteTable::TakesFile(absl::string_view verb, const std::vector<std::string>& segments) const {
  return std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
    return gateway::TakesFile(route) && route.verb == verb && route.path.Match(segments);
  });
}

std::optional<std::string> RouteTable::OwnerOf(absl::string_view resource_name) const {
  std::vector<std::string> segments = {"v1"};
  for (absl::string_view part : absl::StrSplit(resource_name, '/')) segments.emplace_back(part);
  for (const Route& route : routes_) {
    if (route.owner == Owner::kPackage && route.path.Match(segments)) return route.service;
  }
  return std::nullopt;
}

}  // namespace rectify::gateway
