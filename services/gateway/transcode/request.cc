#include "services/gateway/transcode/request.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/gateway/transcode/json_tree.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using nlohmann::json;

absl::Status UnknownField(absl::string_view field) {
  return FieldError(
      field,
      {absl::StrCat("接口没有字段 ", field), absl::StrCat("the contract knows no field ", field)},
      "UNKNOWN_FIELD");
}

// By either of its names: displayName or display_name.
const FieldDescriptor* FieldOf(const Descriptor& type, const std::string& name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

// The value of a field in an object that may hold it under either name.
json& Slot(json& object, const FieldDescriptor& field) {
  if (object.contains(field.name())) return object[field.name()];
  return object[field.json_name()];
}

// Where the field of a dotted path has its value, and what it is.
struct Place {
  json* value;
  const FieldDescriptor* field;
};
std::optional<Place> Find(json& root, const Descriptor& type, absl::string_view path) {
  Place place = {&root, nullptr};
  const Descriptor* at = &type;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    place.field = at == nullptr ? nullptr : FieldOf(*at, std::string(part));
    if (place.field == nullptr) return std::nullopt;
    if (place.value->is_null()) *place.value = json::object();
    if (!place.value->is_object()) return std::nullopt;
    place.value = &Slot(*place.value, *place.field);
    at = place.field->is_repeated() ? nullptr : place.field->message_type();
  }
  return place;
}

absl::Status Contradiction(absl::string_view field, absl::string_view by_zh,
                           absl::string_view by_en) {
  return FieldError(field, {absl::StrCat("字段 ", field, " 与", by_zh, "不一致"),
                            absl::StrCat(field, " contradicts the ", by_en)});
}

absl::Status PutCaptures(json& root, const Descriptor& type, const std::vector<Capture>& captures) {
  for (const auto& [path, value] : captures) {
    const std::optional<Place> place = Find(root, type, path);
    if (!place) return UnknownField(path);
    const json& said = *place->value;
    const bool nothing =
        said.is_null() || (said.is_string() && said.get_ref<const std::string&>().empty());
    if (!nothing && said != value) {
      return Contradiction(path, "路径", "path");
    }
    *place->value = value;
  }
  return absl::OkStatus();
}

// A value of the query is text; protobuf's JSON takes numbers, instants and names of enum values as
// text.
absl::Status PutQuery(json& root, const Descriptor& type, const Route& route, const Query& query) {
  for (const auto& [path, value] : query) {
    // What the body is, is in the body.
    const FieldDescriptor* first = FieldOf(type, path.substr(0, path.find('.')));
    if (route.body == "*" || (first != nullptr && first->name() == route.body)) {
      return UnknownField(absl::StrCat("query.", path));
    }
    const std::optional<Place> place = Find(root, type, path);
    if (!place) return UnknownField(path);
    if (place->field->is_repeated()) {
      place->value->push_back(value);
    } else if (!place->value->is_null()) {
      return FieldError(path, {absl::StrCat("参数 ", path, " 重复"),
                               absl::StrCat("the parameter ", path, " is given twice")});
    } else {
      *place->value = value;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<json> ReadBody(const Route& route, absl::string_view body) {
  json root = json::object();
  if (route.body.empty() || TakesFile(route)) {
    if (body.empty()) return root;
    return FieldError("body", {"该请求不接受正文", "this request takes no body"});
  }
  // Nothing to say is an empty message.
  if (body.empty()) return root;
  ASSIGN_OR_RETURN(json parsed, ParseJson(body));
  if (!parsed.is_object()) {
    return FieldError("body", {"请求正文须为 JSON 对象", "the body must be a JSON object"},
                      "MALFORMED_MESSAGE");
  }
  if (route.body == "*") return parsed;
  const FieldDescriptor* field = route.method->input_type()->FindFieldByName(route.body);
  root[field->json_name()] = std::move(parsed);
  return root;
}

// Protobuf says "(order.items[0]) foo: Cannot find field." or "order.state: invalid value …".
absl::Status ToFieldError(absl::string_view message) {
  const size_t colon = message.find(": ");
  if (colon == absl::string_view::npos) {
    return FieldError("body",
                      {absl::StrCat("请求内容与接口不符：", message),
                       absl::StrCat("the request does not fit the contract: ", message)},
                      "MALFORMED_MESSAGE");
  }
  std::string field(message.substr(0, colon));
  const absl::string_view why = message.substr(colon + 2);
  if (field.starts_with("(")) {
    const size_t end = field.find(") ");
    if (end != std::string::npos) field = field.substr(1, end - 1) + "." + field.substr(end + 2);
    if (field.ends_with(")")) field = field.substr(1, field.size() - 2);
  }
  if (absl::StartsWith(why, "Cannot find field")) return UnknownField(field);
  return FieldError(field,
                    {absl::StrCat("字段 ", field, " 的值有误：", why),
                     absl::StrCat(field, " has a wrong value: ", why)},
                    "MALFORMED_MESSAGE");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> BuildRequest(const Route& route,
                                                      const std::vector<Capture>& captures,
                                                      const Query& query, absl::string_view body) {
  const Descriptor& type = *route.method->input_type();
  ASSIGN_OR_RETURN(json root, ReadBody(route, body));
  RETURN_IF_ERROR(PutCaptures(root, type, captures));
  RETURN_IF_ERROR(PutQuery(root, type, route, query));
  std::unique_ptr<Message> request(MessageFactory::generated_factory()->GetPrototype(&type)->New());
  const auto status = google::protobuf::util::JsonStringToMessage(root.dump(), request.get());
  if (!status.ok()) return ToFieldError(std::string(status.message()));
  return request;
}

absl::StatusOr<bool> SetFromHeader(Message& request, const std::string& field,
                                   absl::string_view header, absl::string_view value) {
  Message* message = &request;
  std::vector<std::string> path = absl::StrSplit(field, '.');
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    const FieldDescriptor* step = message->GetDescriptor()->FindFieldByName(path[i]);
    if (step == nullptr || step->is_repeated() || step->message_type() == nullptr) return false;
    message = message->GetReflection()->MutableMessage(message, step);
  }
  const FieldDescriptor* last = message->GetDescriptor()->FindFieldByName(path.back());
  if (last == nullptr || last->type() != FieldDescriptor::TYPE_STRING) return false;
  const std::string present = message->GetReflection()->GetString(*message, last);
  if (!present.empty() && present != value) {
    return Contradiction(field, absl::StrCat("请求头 ", header, " "),
                         absl::StrCat(header, " header"));
  }
  message->GetReflection()->SetString(message, last, std::string(value));
  return true;
}

}  // namespace rectify::gateway
