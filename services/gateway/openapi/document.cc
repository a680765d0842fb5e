#include "services/gateway/openapi/document.h"

#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/gateway/calendar/deadline_calendar.h"
#include "services/gateway/contracts/comments.h"
#include "services/gateway/openapi/operation.h"

namespace rectify::gateway {
namespace {

constexpr const char* kAbout =
    "Hazard rectification of a fire and rescue district (火灾隐患整改). Bodies and answers are "
    "canonical "
    "protobuf JSON; unknown fields are refused. Errors are application/problem+json (RFC 9457) "
    "with a "
    "machine-readable `reason`; texts follow Accept-Language (Chinese first, English on request). "
    "Every "
    "change takes an Idempotency-Key: send the same key again until you have an answer. Lists take "
    "`pageSize`, `pageToken` and `filter`. A resource of another district answers as a missing "
    "one.";

// "venues" → "venueId", "analyses" → "analysisId", "buildings" → "buildingId".
std::string ParameterAfter(absl::string_view collection) {
  std::string one(collection);
  if (absl::EndsWith(one, "lyses")) {
    one = absl::StrCat(absl::StripSuffix(one, "es"), "is");
  } else if (absl::EndsWith(one, "ies")) {
    one = absl::StrCat(absl::StripSuffix(one, "ies"), "y");
  } else {
    one = std::string(absl::StripSuffix(one, "s"));
  }
  return absl::StrCat("{", one, "Id}");
}

// Segments of a pattern: "districts/*" → "districts/{districtId}". All resources are two levels
// deep, so `**` behind a district is its id, a collection and an id.
std::string Expand(absl::string_view pattern) {
  std::string expanded;
  absl::string_view before;
  for (absl::string_view segment : absl::StrSplit(pattern, '/')) {
    if (!expanded.empty()) absl::StrAppend(&expanded, "/");
    if (segment == "*") {
      absl::StrAppend(&expanded, ParameterAfter(before));
    } else if (segment == "**") {
      absl::StrAppend(&expanded, ParameterAfter(before), "/{collection}/{resourceId}");
    } else {
      absl::StrAppend(&expanded, segment);
    }
    before = segment;
  }
  return expanded;
}

Json ProblemSchema() {
  const Json text{{"type", "string"}};
  return {{"type", "object"},
          {"description", "What went wrong (RFC 9457)."},
          {"required", Json::array({"type", "title", "status"})},
          {"properties",
           {{"type",
             {{"type", "string"}, {"examples", Json::array({"urn:rectify:problem:ORDER_STATE"})}}},
            {"title", text},
            {"status", {{"type", "integer"}, {"format", "int32"}}},
            {"detail", text},
            {"reason", {{"type", "string"}, {"description", "See the list of reasons."}}},
            {"metadata", {{"type", "object"}, {"additionalProperties", text}}},
            {"violations",
             {{"type", "array"},
              {"items",
               {{"type", "object"},
                {"required", Json::array({"field", "description"})},
                {"properties", {{"field", text}, {"description", text}}}}}}}}},
          {"examples",
           Json::array({Json{{"type", "urn:rectify:problem:INVALID_FIELD"},
                             {"title", "请求有误"},
                             {"status", 400},
                             {"reason", "INVALID_FIELD"},
                             {"detail", "字段 venue.address 不能为空"},
                             {"violations", Json::array({Json{{"field", "venue.address"},
                                                              {"description", "不能为空"}}})}}})}};
}

Json Components(const Schemas& schemas) {
  Json all = {{"Problem", ProblemSchema()}};
  for (const auto& [name, schema] : schemas.components()) all[name] = schema;
  return {
      {"schemas", std::move(all)},
      {"parameters",
       {{"AcceptLanguage",
         {{"name", "Accept-Language"},
          {"in", "header"},
          {"description", "Language of error texts."},
          {"schema", {{"type", "string"}, {"examples", Json::array({"zh-CN", "en"})}}}}}}},
      {"responses",
       {{"Problem",
         {{"description", "Any other error."},
          {"content",
           {{"application/problem+json",
             {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}}}}},
      {"securitySchemes",
       {{"bearer", {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}}},
        {"basic",
         {{"type", "http"},
          {"scheme", "basic"},
          {"description", "For programs that know passwords only: the token is the password."}}}}}};
}

Json Reasons() {
  Json reasons = Json::array();
  for (const Reason& reason : AllReasons()) {
    reasons.push_back(
        {{"reason", reason.name}, {"code", reason.code}, {"meaning", reason.meaning}});
  }
  return reasons;
}

}  // namespace

std::string OpenApiPath(const PathTemplate& path) {
  std::string result;
  absl::string_view rest = path.text();
  while (!rest.empty()) {
    const size_t begin = rest.find('{');
    if (begin == absl::string_view::npos) break;
    const size_t end = rest.find('}', begin);
    const std::pair<absl::string_view, absl::string_view> variable =
        absl::StrSplit(rest.substr(begin + 1, end - begin - 1), absl::MaxSplits('=', 1));
    absl::StrAppend(&result, rest.substr(0, begin));
    if (variable.second.empty()) {
      absl::StrAppend(&result, "{", variable.first, "}");
    } else {
      absl::StrAppend(&result, Expand(variable.second));
    }
    rest = rest.substr(end + 1);
  }
  return absl::StrCat(result, rest);
}

Json OpenApiDocument(const RouteTable& routes) {
  Schemas schemas;
  Json paths = Json::object(), tags = Json::array();
  std::set<std::string> tagged;
  for (const Route& route : routes.routes()) {
    std::string verb = route.verb;
    absl::AsciiStrToLower(&verb);
    const std::string path = OpenApiPath(route.path);
    paths[path][verb] = OperationOf(route, schemas);
    if (HasCalendar(*route.method)) {
      paths[path + kCalendarSuffix][verb] = CalendarOperationOf(route, schemas);
    }
    for (const SheetForm form : kSheetForms) {
      if (!HasSheet(route)) break;
      paths[path + SuffixOf(form)][verb] = SheetOperationOf(route, form, schemas);
    }
    const auto& service = *route.method->service();
    if (tagged.insert(service.name()).second) {
      tags.push_back({{"name", service.name()}, {"description", CommentOf(service)}});
    }
  }
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Rectify 整改"}, {"version", "1"}, {"description", kAbout}}},
          {"servers", Json::array({Json{{"url", "/"}}})},
          {"security", Json::array({Json{{"bearer", Json::array()}}})},
          {"tags", std::move(tags)},
          {"paths", std::move(paths)},
          {"components", Components(schemas)},
          {"x-rectify-reasons", Reasons()}};
}

}  // namespace rectify::gateway
