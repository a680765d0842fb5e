// JSON Schema (2020-12, as OpenAPI 3.1 has it) of contract messages in canonical protobuf JSON.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "google/protobuf/descriptor.h"

namespace rectify::gateway {

using Json = nlohmann::ordered_json;

// Collects the components that references ask for.
class Schemas {
 public:
  // Of one field, repeated or not, with its comment, limits and an example.
  Json Of(const google::protobuf::FieldDescriptor& field);
  // Of one value of the field, without comment.
  Json ValueOf(const google::protobuf::FieldDescriptor& field);
  // A reference to the message's component.
  Json Reference(const google::protobuf::Descriptor& message);
  // The message without the top-level fields named, as a component of a name of its own.
  Json ReferenceWithout(const google::protobuf::Descriptor& message,
                        const std::set<std::string>& fields, const std::string& name);
  // The message as a change of some of its fields: it requires none. A component of its own.
  Json ReferencePart(const google::protobuf::Descriptor& message);
  // All that was referred to, by name.
  const std::map<std::string, Json>& components() const { return components_; }

 private:
  Json ReferenceEnum(const google::protobuf::EnumDescriptor& type);
  Json ObjectOf(const google::protobuf::Descriptor& message, const std::set<std::string>& without);

  std::map<std::string, Json> components_;
};

// Unique among all messages and enums: "venue.v1.Venue.State" → "VenueState", with the service
// before it where two services use one name.
std::string SchemaName(const google::protobuf::Descriptor& message);
std::string SchemaName(const google::protobuf::EnumDescriptor& type);

bool IsRequired(const google::protobuf::FieldDescriptor& field);
bool IsOutputOnly(const google::protobuf::FieldDescriptor& field);

}  // namespace rectify::gateway
