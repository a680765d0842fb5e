#include "services/gateway/openapi/schemas.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "libs/rpc/behavior.h"
#include "rectify/authz/v1/authz.pb.h"
#include "services/gateway/contracts/comments.h"
#include "services/gateway/contracts/contracts.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// What stands for the parts of a resource name in an example.
constexpr absl::string_view kExampleUuid = "019a0000-0000-7000-8000-000000000001";

Json Text() { return Json{{"type", "string"}}; }

Json TextSchema(absl::string_view format, absl::string_view example) {
  Json schema = Text();
  schema["format"] = std::string(format);
  schema["examples"] = Json::array({std::string(example)});
  return schema;
}

// Messages that protobuf writes as something else than an object; null when it is none.
Json WellKnown(const Descriptor& message) {
  const std::string& name = message.full_name();
  if (name == "google.protobuf.Timestamp") return TextSchema("date-time", "2023-02-06T01:30:00Z");
  if (name == "google.protobuf.Duration") return TextSchema("duration-seconds", "1.5s");
  if (name == "google.protobuf.FieldMask") return TextSchema("field-mask", "displayName,address");
  if (name == "google.protobuf.Struct") return {{"type", "object"}};
  if (name == "google.protobuf.Any") {
    return {{"type", "object"},
            {"required", Json::array({"@type"})},
            {"properties", {{"@type", Text()}}},
            {"additionalProperties", true}};
  }
  return nullptr;
}

// Canonical JSON has 64-bit numbers as text, because JavaScript can't hold them.
Json NumberOrText(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return {{"type", "integer"}, {"format", "int32"}};
    case FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}, {"format", "int64"}, {"minimum", 0}, {"maximum", 4294967295}};
    case FieldDescriptor::CPPTYPE_INT64:
      return {{"type", "string"}, {"format", "int64"}, {"pattern", "^-?[0-9]{1,19}$"}};
    case FieldDescriptor::CPPTYPE_UINT64:
      return {{"type", "string"}, {"format", "uint64"}, {"pattern", "^[0-9]{1,20}$"}};
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return {{"type", "number"}, {"format", "double"}};
    case FieldDescriptor::CPPTYPE_FLOAT:
      return {{"type", "number"}, {"format", "float"}};
    case FieldDescriptor::CPPTYPE_BOOL:
      return {{"type", "boolean"}};
    default:
      return Text();
  }
}

std::string ExampleOfName(const std::string& pattern) {
  return absl::StrReplaceAll(
      pattern, {{"{district}", "120110"}, {"{uuid}", kExampleUuid}, {"{code}", "120110001"}});
}

Json TextWithLimits(const FieldDescriptor& field) {
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    return {{"type", "string"}, {"contentEncoding", "base64"}};
  }
  Json schema = Text();
  if (const auto limit = field.options().GetExtension(authz::v1::max_size); limit > 0) {
    if (!field.is_repeated()) schema["maxLength"] = limit;
  }
  const std::string& pattern = field.options().GetExtension(authz::v1::resource_name);
  if (!pattern.empty()) schema["examples"] = Json::array({ExampleOfName(pattern)});
  return schema;
}

// "rectify.venue.v1.Venue.State" → {"Venue", "State"}, and "venue" beside it.
std::pair<std::string, std::string> SplitType(const google::protobuf::FileDescriptor& file,
                                              const std::string& full_name) {
  const std::string local = full_name.substr(file.package().size() + 1);
  const std::vector<std::string> package = absl::StrSplit(file.package(), '.');
  return {absl::StrReplaceAll(local, {{".", ""}}), package.size() > 1 ? package[1] : package[0]};
}

void CountNames(const Descriptor& message, std::map<std::string, int>& counts) {
  ++counts[SplitType(*message.file(), message.full_name()).first];
  for (int i = 0; i < message.nested_type_count(); ++i) CountNames(*message.nested_type(i), counts);
  for (int i = 0; i < message.enum_type_count(); ++i) {
    ++counts[SplitType(*message.file(), message.enum_type(i)->full_name()).first];
  }
}

const std::map<std::string, int>& NameCounts() {
  static const auto* const kCounts = [] {
    auto* counts = new std::map<std::string, int>;
    for (const auto* file : ContractFiles()) {
      for (int i = 0; i < file->message_type_count(); ++i) {
        CountNames(*file->message_type(i), *counts);
      }
      for (int i = 0; i < file->enum_type_count(); ++i) {
        ++(*counts)[SplitType(*file, file->enum_type(i)->full_name()).first];
      }
    }
    return counts;
  }();
  return *kCounts;
}

std::string UniqueName(const google::protobuf::FileDescriptor& file, const std::string& full_name) {
  auto [local, package] = SplitType(file, full_name);
  const auto count = NameCounts().find(local);
  if (count == NameCounts().end() || count->second < 2) return local;
  package[0] = absl::ascii_toupper(static_cast<unsigned char>(package[0]));
  return package + local;
}

void Describe(Json& schema, const std::string& comment) {
  if (!comment.empty()) schema["description"] = comment;
}

}  // namespace

bool IsRequired(const FieldDescriptor& field) {
  return rpc::HasBehavior(field, google::api::REQUIRED);
}
bool IsOutputOnly(const FieldDescriptor& field) {
  return rpc::HasBehavior(field, google::api::OUTPUT_ONLY);
}

std::string SchemaName(const Descriptor& message) {
  return UniqueName(*message.file(), message.full_name());
}
std::string SchemaName(const EnumDescriptor& type) {
  return UniqueName(*type.file(), type.full_name());
}

Json Schemas::ValueOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Reference(*field.message_type());
    case FieldDescriptor::CPPTYPE_ENUM:
      return ReferenceEnum(*field.enum_type());
    case FieldDescriptor::CPPTYPE_STRING:
      return TextWithLimits(field);
    default:
      return NumberOrText(field);
  }
}

Json Schemas::Of(const FieldDescriptor& field) {
  Json schema;
  if (field.is_map()) {
    schema = {{"type", "object"},
              {"additionalProperties", ValueOf(*field.message_type()->FindFieldByNumber(2))}};
  } else if (field.is_repeated()) {
    schema = {{"type", "array"}, {"items", ValueOf(field)}};
    if (const auto limit = field.options().GetExtension(authz::v1::max_size); limit > 0) {
      schema["maxItems"] = limit;
    }
  } else {
    schema = ValueOf(field);
  }
  Describe(schema, CommentOf(field));
  if (IsOutputOnly(field)) schema["readOnly"] = true;
  return schema;
}

Json Schemas::Reference(const Descriptor& message) {
  if (Json known = WellKnown(message); !known.is_null()) return known;
  return ReferenceWithout(message, {}, SchemaName(message));
}

Json Schemas::ReferenceWithout(const Descriptor& message, const std::set<std::string>& fields,
                               const std::string& name) {
  // Before its fields are looked at: a message may hold itself.
  if (components_.emplace(name, Json::object()).second) {
    Json object = ObjectOf(message, fields);
    components_[name] = std::move(object);
  }
  return {{"$ref", absl::StrCat("#/components/schemas/", name)}};
}

Json Schemas::ReferencePart(const Descriptor& message) {
  const std::string name = absl::StrCat(SchemaName(message), "Part");
  if (!components_.contains(name)) {
    Json object = ObjectOf(message, {});
    object.erase("required");
    components_[name] = std::move(object);
  }
  return {{"$ref", absl::StrCat("#/components/schemas/", name)}};
}

Json Schemas::ObjectOf(const Descriptor& message, const std::set<std::string>& without) {
  Json schema = {{"type", "object"}};
  Describe(schema, CommentOf(message));
  Json properties = Json::object(), required = Json::array();
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (without.contains(field.name())) continue;
    properties[field.json_name()] = Of(field);
    if (IsRequired(field)) required.push_back(field.json_name());
  }
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

Json Schemas::ReferenceEnum(const EnumDescriptor& type) {
  const std::string name = SchemaName(type);
  if (!components_.contains(name)) {
    Json values = Json::array();
    std::vector<std::string> lines;
    for (int i = 0; i < type.value_count(); ++i) {
      values.push_back(type.value(i)->name());
      lines.push_back(absl::StrCat("- `", type.value(i)->name(), "`: ", CommentOf(*type.value(i))));
    }
    components_[name] = {
        {"type", "string"},
        {"enum", std::move(values)},
        {"description", absl::StrCat(CommentOf(type), "\n\n", absl::StrJoin(lines, "\n"))}};
  }
  return {{"$ref", absl::StrCat("#/components/schemas/", name)}};
}

}  // namespace rectify::gateway
