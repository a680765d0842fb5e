#include "services/gateway/openapi/operation.h"

#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "rectify/authz/v1/authz.pb.h"
#include "services/gateway/contracts/comments.h"
#include "services/gateway/feeds/cloud_events.h"
#include "services/gateway/feeds/feed_answer.h"
#include "services/gateway/openapi/document.h"
#include "services/gateway/sheets/import.h"
#include "services/gateway/sheets/import_file.h"
#include "services/gateway/transcode/answer.h"
#include "services/gateway/transcode/file.h"
#include "services/gateway/transcode/stream.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Fields of messages in the query go by their dotted path, as deep as this.
constexpr int kQueryDepth = 2;

Json Parameter(absl::string_view in, const std::string& name, bool required, Json schema,
               const std::string& description) {
  Json parameter = {{"name", name}, {"in", std::string(in)}};
  if (required) parameter["required"] = true;
  if (!description.empty()) parameter["description"] = description;
  parameter["schema"] = std::move(schema);
  return parameter;
}

// The wildcards of a path, in its own order: "{districtId}", "{venueId}".
void AddPathParameters(const Route& route, Json& parameters) {
  const std::vector<std::string> pieces = absl::StrSplit(OpenApiPath(route.path), '{');
  for (const std::string& piece : pieces) {
    const size_t end = piece.find('}');
    if (end == std::string::npos) continue;
    const std::string name = piece.substr(0, end);
    Json schema = {{"type", "string"}, {"pattern", "^[^/:]+$"}};
    if (name == "districtId") schema["examples"] = Json::array({"120110"});
    parameters.push_back(Parameter("path", name, true, std::move(schema), ""));
  }
}

bool GoesIntoQuery(const FieldDescriptor& field) {
  if (field.is_map()) return false;
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return true;
  return absl::StartsWith(field.message_type()->full_name(), "google.protobuf.");
}

void AddQueryParameters(const Descriptor& message, const std::string& prefix, int depth,
                        const std::set<std::string>& bound, Schemas& schemas, Json& parameters) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (bound.contains(absl::StrCat(prefix, field.name()))) continue;
    const std::string name = absl::StrCat(prefix, field.json_name());
    if (GoesIntoQuery(field)) {
      Json schema = schemas.Of(field);
      schema.erase("description");
      parameters.push_back(
          Parameter("query", name, IsRequired(field), std::move(schema), CommentOf(field)));
    } else if (!field.is_repeated() && depth < kQueryDepth) {
      AddQueryParameters(*field.message_type(), absl::StrCat(name, "."), depth + 1, bound, schemas,
                         parameters);
    }
  }
}

bool HasField(const Descriptor& message, const char* name) {
  return message.FindFieldByName(name) != nullptr;
}

void AddHeaders(const Route& route, Json& parameters) {
  const Descriptor& request = *route.method->input_type();
  if (HasField(request, "request_id")) {
    parameters.push_back(Parameter("header", "Idempotency-Key", false,
                                   {{"type", "string"}, {"format", "uuid"}},
                                   "The same key again is the same command and gets the same "
                                   "answer; keep it until you have one."));
  }
  if (!EtagField(route).empty()) {
    parameters.push_back(Parameter("header", "If-Match", false, {{"type", "string"}},
                                   "Only if the resource still has this ETag; 412 otherwise."));
  }
  if (IsFeed(*route.method)) {
    parameters.push_back(Parameter("header", "Last-Event-ID", false, {{"type", "string"}},
                                   "Of a stream of events: go on after this one."));
  }
  parameters.push_back({{"$ref", "#/components/parameters/AcceptLanguage"}});
}

std::set<std::string> BoundFields(const Route& route) {
  std::set<std::string> bound = {"request_id"};
  for (const std::string& path : route.path.FieldPaths()) bound.insert(path);
  if (!route.body.empty()) bound.insert(route.body);
  const FieldDescriptor* description = FileDescription(*route.method->input_type());
  if (TakesFile(route) && description != nullptr) {
    bound.insert(absl::StrCat(description->json_name(), ".", kMediaType));
  }
  return bound;
}

// A file of rows; of XLSX the bytes.
Json SheetSchema(SheetForm form) {
  Json schema = {{"type", "string"}};
  if (form == SheetForm::kXlsx) schema["format"] = "binary";
  schema["description"] = absl::StrCat(
      "A header row, then one creation for each row, at most ", kMaxImportRows,
      ". Columns go by the Chinese term of the field or by its JSON name, those of messages in "
      "fields by their path (`point.latitude`); what only the service sets is passed over. CSV in "
      "UTF-8 or GB18030. A row that fails does not stop the others; the same file again changes "
      "nothing.");
  return schema;
}

Json FileBody(const Descriptor& request) {
  std::string description = "The content of the file, as it is.";
  if (const FieldDescriptor* described = FileDescription(request); described != nullptr) {
    absl::StrAppend(&description, " Content-Type is its media type: ",
                    CommentOf(*described->message_type()->FindFieldByName(kMediaType)));
  }
  return {{"description", std::move(description)},
          {"required", true},
          {"content", {{"*/*", {{"schema", Json::object()}}}}}};
}

// Whether nothing can be sent without a body: it is a resource, or has a required field.
bool NeedsBody(const Route& route) {
  if (route.body != "*") return true;
  const Descriptor& request = *route.method->input_type();
  const std::set<std::string> bound = BoundFields(route);
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor& field = *request.field(i);
    if (IsRequired(field) && !bound.contains(field.name())) return true;
  }
  return false;
}

Json RequestBody(const Route& route, Schemas& schemas) {
  const Descriptor& request = *route.method->input_type();
  if (TakesFile(route)) return FileBody(request);
  Json schema;
  if (route.body == "*") {
    const std::string name =
        absl::StrCat(absl::StripSuffix(SchemaName(request), "Request"), "Body");
    schema = schemas.ReferenceWithout(request, BoundFields(route), name);
  } else {
    const Descriptor& resource = *request.FindFieldByName(route.body)->message_type();
    // An update sends what its mask names.
    schema = HasField(request, "update_mask") ? schemas.ReferencePart(resource)
                                              : schemas.Reference(resource);
  }
  Json body = {{"required", NeedsBody(route)},
               {"content", {{"application/json", {{"schema", std::move(schema)}}}}}};
  for (const SheetForm form : kSheetForms) {
    if (TakesSheet(route)) body["content"][MediaTypeOf(form)] = {{"schema", SheetSchema(form)}};
  }
  return body;
}

// The HTTP status of a canonical code by its name.
int StatusOfCode(const std::string& code) {
  for (int value = 1; value <= 16; ++value) {
    const auto status = static_cast<absl::StatusCode>(value);
    if (absl::StatusCodeToString(status) == code) return HttpStatusOf(absl::Status(status, ""));
  }
  return 500;
}

Json ResponsesOf(const Route& route, const std::string& comment, Schemas& schemas) {
  const Descriptor& answer = *route.method->output_type();
  Json good = {{"description", "OK"}};
  if (HasField(answer, "etag")) {
    good["headers"] = {{"ETag", {{"schema", {{"type", "string"}}}}}};
  }
  if (route.method->server_streaming()) {
    const std::string type = StreamedType(answer);
    const bool lines = type == "application/x-ndjson";
    good["content"] = {{type, {{"schema", lines ? schemas.Reference(answer) : Json::object()}}}};
  } else {
    good["content"] = {{"application/json", {{"schema", schemas.Reference(answer)}}}};
  }
  if (IsFeed(*route.method)) {
    const Json schema = {{"type", "array"},
                         {"description",
                          "CloudEvents 1.0 in the JSON batch format; the header "
                          "Link, rel=\"next\", has the page after it."},
                         {"items", {{"type", "object"}}}};
    good["content"][kCloudEventsBatch] = {{"schema", schema}};
    good["content"][kEventStream] = {
        {"schema",
         {{"type", "string"},
          {"description",
           "Server-Sent Events without an end: each message is an event as CloudEvents JSON, "
           "its id is for Last-Event-ID. A message `problem` (a Problem) is the last one."}}}};
  }
  if (TakesSheet(route)) {
    good["content"]["text/csv"] = {
        {"schema",
         {{"type", "string"},
          {"description",
           "Of a file of rows: a line for each, with what was created or what is wrong with it. As "
           "JSON, when Accept asks for it: {\"created\": 1, \"failed\": 1, \"rows\": [{\"row\": 2, "
           "\"name\": \"…\"}, {\"row\": 3, \"problem\": {…}}]}."}}}};
  }
  Json responses = {{"200", std::move(good)}};
  std::map<int, std::vector<std::string>> reasons;
  for (const Reason& reason : ReasonsIn(comment)) {
    const int status = reason.name == "ETAG_MISMATCH" ? 412 : StatusOfCode(reason.code);
    reasons[status].push_back(absl::StrCat("`", reason.name, "`: ", reason.meaning));
  }
  for (const auto& [status, lines] : reasons) {
    responses[absl::StrCat(status)] = {
        {"description", absl::StrJoin(lines, "\n\n")},
        {"content",
         {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
  }
  // What the gateway and every method can answer.
  for (const char* status : {"400", "401", "403", "404"}) {
    if (responses.contains(status)) continue;
    responses[status] = {{"$ref", "#/components/responses/Problem"}};
  }
  if (TakesFile(route)) {
    for (const char* status : {"408", "413"}) {
      responses[status] = {{"$ref", "#/components/responses/Problem"}};
    }
  }
  responses["default"] = {{"$ref", "#/components/responses/Problem"}};
  return responses;
}

// Who reads again what has an ETag need not be sent it again.
void AllowUnchanged(Json& operation) {
  operation["parameters"].push_back(Parameter("header", "If-None-Match", false,
                                              {{"type", "string"}},
                                              "Nothing (304) if it still has this ETag."));
  operation["responses"]["304"] = {{"description", "It still has the ETag of If-None-Match."}};
}

std::vector<std::string> RolesOf(const google::protobuf::MethodDescriptor& method) {
  std::vector<std::string> roles;
  for (int role : method.options().GetExtension(authz::v1::rule).any_of()) {
    roles.emplace_back(
        absl::StripPrefix(authz::v1::Role_Name(static_cast<authz::v1::Role>(role)), "ROLE_"));
  }
  return roles;
}

}  // namespace

Json OperationOf(const Route& route, Schemas& schemas) {
  const auto& method = *route.method;
  const std::string comment = CommentOf(method);
  const std::vector<std::string> roles = RolesOf(method);
  Json parameters = Json::array();
  AddPathParameters(route, parameters);
  if (route.body != "*") {
    AddQueryParameters(*method.input_type(), "", 0, BoundFields(route), schemas, parameters);
  }
  AddHeaders(route, parameters);
  Json operation = {
      {"operationId", absl::StrCat(method.service()->name(), "_", method.name())},
      {"tags", Json::array({method.service()->name()})},
      {"summary", FirstSentence(comment)},
      {"description",
       absl::StrCat(comment, "\n\nRoles (one of them): ", absl::StrJoin(roles, ", "), ".")},
      {"parameters", std::move(parameters)}};
  if (!route.body.empty()) operation["requestBody"] = RequestBody(route, schemas);
  operation["responses"] = ResponsesOf(route, comment, schemas);
  if (route.verb == "GET" && HasField(*method.output_type(), "etag")) AllowUnchanged(operation);
  operation["x-rectify-roles"] = roles;
  operation["x-rectify-method"] = method.full_name();
  return operation;
}

namespace {

// All of a list in another form, for programs that know passwords only.
Json OtherFormOf(const Route& route, absl::string_view form, Schemas& schemas) {
  Json operation = OperationOf(route, schemas);
  operation["operationId"] = absl::StrCat(operation["operationId"].get<std::string>(), form);
  operation["security"] =
      Json::array({Json{{"bearer", Json::array()}}, Json{{"basic", Json::array()}}});
  Json parameters = Json::array();
  for (Json& parameter : operation["parameters"]) {
    if (!absl::StartsWith(parameter.value("name", ""), "page")) {
      parameters.push_back(std::move(parameter));
    }
  }
  operation["parameters"] = std::move(parameters);
  return operation;
}

}  // namespace

Json SheetOperationOf(const Route& route, SheetForm form, Schemas& schemas) {
  const bool csv = form == SheetForm::kCsv;
  Json operation = OtherFormOf(route, csv ? "Csv" : "Xlsx", schemas);
  operation["summary"] =
      csv ? "The same as a sheet (CSV), all pages."
          : absl::StrCat("The same as a sheet (XLSX), all pages, up to ", kMaxXlsxRows, " rows.");
  Json schema = {{"type", "string"}};
  if (!csv) schema["format"] = "binary";
  operation["responses"]["200"] = {
      {"description",
       "A header row with the Chinese term of each field, or its JSON name, then the rows."},
      {"headers", {{"Content-Disposition", {{"schema", {{"type", "string"}}}}}}},
      {"content", {{MediaTypeOf(form), {{"schema", std::move(schema)}}}}}};
  return operation;
}

Json CalendarOperationOf(const Route& route, Schemas& schemas) {
  Json operation = OtherFormOf(route, "Calendar", schemas);
  operation["summary"] = "The same as a calendar to subscribe to (iCalendar).";
  operation["responses"]["200"] = {
      {"description", "All of them; without a filter those that run."},
      {"headers", {{"ETag", {{"schema", {{"type", "string"}}}}}}},
      {"content", {{"text/calendar", {{"schema", {{"type", "string"}}}}}}}};
  AllowUnchanged(operation);
  return operation;
}

}  // namespace rectify::gateway
