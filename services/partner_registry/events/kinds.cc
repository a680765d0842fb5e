#include "services/partner_registry/events/kinds.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "google/protobuf/message.h"
#include "libs/rpc/resource_name.h"
#include "rectify/authz/v1/authz.pb.h"

namespace rectify::partner::events {
namespace {

using domain::Role;
using domain::Thing;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr absl::string_view kEvents = "_events.proto";

std::vector<const FileDescriptor*> OurFiles() {
  std::vector<std::string> names;
  DescriptorPool::internal_generated_database()->FindAllFileNames(&names);
  std::vector<const FileDescriptor*> files;
  for (const std::string& name : names) {
    if (!absl::StartsWith(name, "rectify/")) continue;
    files.push_back(DescriptorPool::generated_pool()->FindFileByName(name));
  }
  return files;
}

struct Kind {
  std::string pattern;  // of its names
  std::vector<Role> readers;
};

// By what gets one: "GetLead", which answers with a Lead.
std::optional<Kind> KindOf(const MethodDescriptor& method) {
  const FieldDescriptor* name = method.input_type()->FindFieldByName("name");
  if (method.name() != absl::StrCat("Get", method.output_type()->name()) || name == nullptr) {
    return std::nullopt;
  }
  Kind kind{name->options().GetExtension(authz::v1::resource_name), {}};
  const auto& roles = method.options().GetExtension(authz::v1::rule).any_of();
  for (const Role role : domain::kRoles) {
    if (std::find(roles.begin(), roles.end(), static_cast<int>(role)) != roles.end()) {
      kind.readers.push_back(role);
    }
  }
  return kind;
}

const std::vector<Kind>& Kinds() {
  static const auto& kinds = *[] {
    auto* all = new std::vector<Kind>;
    for (const FileDescriptor* file : OurFiles()) {
      for (int i = 0; i < file->service_count(); ++i) {
        for (int j = 0; j < file->service(i)->method_count(); ++j) {
          std::optional<Kind> kind = KindOf(*file->service(i)->method(j));
          if (kind.has_value()) all->push_back(*std::move(kind));
        }
      }
    }
    return all;
  }();
  return kinds;
}

// Adds the values of the fields that are desks, also of the messages inside.
void CollectDesks(const Message& message, Thing& thing) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->is_repeated()) continue;
    if (field->options().GetExtension(authz::v1::desk)) {
      thing.has_desk = true;
      const std::string desk = reflection.GetString(message, field);
      if (!desk.empty()) thing.desks.push_back(desk);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
               reflection.HasField(message, field)) {
      CollectDesks(reflection.GetMessage(message, field), thing);
    }
  }
}

}  // namespace

absl::StatusOr<std::optional<Thing>> ThingOf(const event::v1::EventEnvelope& event) {
  const auto kind = std::find_if(Kinds().begin(), Kinds().end(), [&](const Kind& each) {
    return rpc::MatchName(each.pattern, event.aggregate(), "aggregate").ok();
  });
  const auto* type = DescriptorPool::generated_pool()->FindMessageTypeByName(event.type());
  if (type == nullptr) {
    return absl::UnavailableError(absl::StrCat(event.source(), "/", event.position(),
                                               " is of type ", event.type(),
                                               ", which a newer version knows"));
  }
  if (kind == Kinds().end()) return std::optional<Thing>();
  const std::unique_ptr<Message> payload(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!payload->ParseFromString(event.payload())) {
    return absl::DataLossError(
        absl::StrCat(event.source(), "/", event.position(), " is no ", event.type()));
  }
  Thing thing{.name = event.aggregate(),
              .district = rpc::DistrictOf(event.aggregate()),
              .readers = kind->readers,
              .desks = {}};
  CollectDesks(*payload, thing);
  return std::optional<Thing>(std::move(thing));
}

bool IsEventType(absl::string_view event_type) {
  const bool package = absl::ConsumeSuffix(&event_type, ".*");
  const std::vector<const FileDescriptor*> files = OurFiles();
  return std::any_of(files.begin(), files.end(), [&](const FileDescriptor* file) {
    if (!absl::EndsWith(file->name(), kEvents)) return false;
    if (package) return file->package() == event_type;
    absl::string_view name = event_type;
    return absl::ConsumePrefix(&name, absl::StrCat(file->package(), ".")) &&
           file->FindMessageTypeByName(std::string(name)) != nullptr;
  });
}

}  // namespace rectify::partner::events
