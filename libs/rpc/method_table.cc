#include "libs/rpc/method_table.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rectify/authz/v1/authz.pb.h"

namespace rectify::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Empty when the path leads to no single string.
std::vector<const FieldDescriptor*> ResourcePath(const Descriptor* type, absl::string_view path) {
  std::vector<const FieldDescriptor*> fields;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    const FieldDescriptor* field =
        type == nullptr ? nullptr : type->FindFieldByName(std::string(part));
    if (field == nullptr || field->is_repeated()) return {};
    fields.push_back(field);
    type = field->message_type();
  }
  if (fields.back()->type() != FieldDescriptor::TYPE_STRING) return {};
  return fields;
}

}  // namespace

void MethodTable::Add(absl::string_view name, const Descriptor* request, const Descriptor* response,
                      Handlers handlers) {
  const MethodDescriptor* descriptor =
      DescriptorPool::generated_pool()->FindMethodByName(std::string(name));
  if (descriptor == nullptr) {
    faults_.push_back(absl::StrCat(name, " is in no contract of this binary"));
    return;
  }
  Method method;
  method.descriptor = descriptor;
  method.path = absl::StrCat("/", descriptor->service()->full_name(), "/", descriptor->name());
  method.handlers = std::move(handlers);
  if (method.streaming() != (method.handlers.stream != nullptr)) {
    faults_.push_back(absl::StrCat(name, method.streaming() ? " is a stream" : " is not a stream"));
  }
  if ((request != nullptr && request != descriptor->input_type()) ||
      (response != nullptr && response != descriptor->output_type())) {
    faults_.push_back(absl::StrCat(name, " has a handler of other types than its contract"));
  }
  if (!methods_.emplace(std::string(name), std::move(method)).second) {
    faults_.push_back(absl::StrCat(name, " has two handlers"));
  }
}

void MethodTable::Check(const MethodDescriptor& descriptor) {
  const std::string& name = descriptor.full_name();
  const auto found = methods_.find(name);
  if (found == methods_.end()) faults_.push_back(absl::StrCat(name, " has no handler"));
  if (!descriptor.options().HasExtension(authz::v1::rule)) {
    faults_.push_back(absl::StrCat(name, " has no permission rule"));
    return;
  }
  const authz::v1::Rule& rule = descriptor.options().GetExtension(authz::v1::rule);
  if (rule.public_() == (rule.any_of_size() > 0)) {
    faults_.push_back(absl::StrCat(name, " must be either public or limited to roles"));
  }
  if (found == methods_.end()) return;
  Method& method = found->second;
  method.is_public = rule.public_();
  for (int role : rule.any_of()) {
    const std::string& role_name = authz::v1::Role_Name(role);
    if (role_name.empty() || role == authz::v1::ROLE_UNSPECIFIED) {
      faults_.push_back(absl::StrCat(name, " names the unknown role ", role));
    }
    method.any_of.emplace_back(absl::StripPrefix(role_name, "ROLE_"));
  }
  if (!rule.resource_field().empty()) {
    method.resource_path = ResourcePath(descriptor.input_type(), rule.resource_field());
    if (method.resource_path.empty()) {
      faults_.push_back(absl::StrCat(name, " has no string field ", rule.resource_field()));
    }
  }
  method.request_prototype =
      MessageFactory::generated_factory()->GetPrototype(descriptor.input_type());
}

absl::StatusOr<std::vector<MethodService>> MethodTable::Resolve() {
  std::set<const ServiceDescriptor*> descriptors;
  for (const auto& [name, method] : methods_) descriptors.insert(method.descriptor->service());
  for (const ServiceDescriptor* service : descriptors) {
    for (int i = 0; i < service->method_count(); ++i) Check(*service->method(i));
  }
  if (!faults_.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the server does not fulfil its contracts: ", absl::StrJoin(faults_, "; ")));
  }
  std::map<std::string, MethodService> services;
  for (const auto& [name, method] : methods_) {
    MethodService& service = services[method.descriptor->service()->full_name()];
    service.name = method.descriptor->service()->full_name();
    service.methods.push_back(&method);
  }
  std::vector<MethodService> result;
  result.reserve(services.size());
  for (auto& [name, service] : services) result.push_back(std::move(service));
  return result;
}

}  // namespace rectify::rpc
