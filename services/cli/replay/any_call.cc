#include "services/cli/replay/any_call.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"

namespace rectify::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::StatusOr<std::string> Resolved(const std::string& text, const Resolve& resolve) {
  absl::string_view reference = text;
  if (!absl::ConsumePrefix(&reference, "@")) return text;
  return resolve(reference);
}

absl::Status ResolveText(Message& message, const FieldDescriptor& field, const Resolve& resolve) {
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    ASSIGN_OR_RETURN(std::string text, Resolved(reflection.GetString(message, &field), resolve));
    reflection.SetString(&message, &field, text);
    return absl::OkStatus();
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    ASSIGN_OR_RETURN(std::string text,
                     Resolved(reflection.GetRepeatedString(message, &field, i), resolve));
    reflection.SetRepeatedString(&message, &field, i, text);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(const std::string& name) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  if (const auto* method = pool->FindMethodByName(name); method != nullptr) return method;
  return absl::NotFoundError(
      absl::StrCat("没有方法 ", name, "；例如 rectify.venue.v1.VenueRegistry.GetVenue"));
}

std::string ServiceOf(const google::protobuf::MethodDescriptor& method) {
  const std::string package = method.file()->package();
  constexpr size_t kPrefix = sizeof("rectify.") - 1;
  return package.substr(kPrefix, package.find('.', kPrefix) - kPrefix);
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  return std::unique_ptr<Message>(factory->GetPrototype(&type)->New());
}

absl::Status ResolveReferences(Message& message, const Resolve& resolve) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      RETURN_IF_ERROR(ResolveText(message, *field, resolve));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        RETURN_IF_ERROR(
            ResolveReferences(*reflection.MutableRepeatedMessage(&message, field, i), resolve));
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      RETURN_IF_ERROR(ResolveReferences(*reflection.MutableMessage(&message, field), resolve));
    }
  }
  return absl::OkStatus();
}

void FillIn(Message& request, const std::string& field, const std::string& value) {
  const FieldDescriptor* found = request.GetDescriptor()->FindFieldByName(field);
  if (found == nullptr || found->type() != FieldDescriptor::TYPE_STRING || found->is_repeated()) {
    return;
  }
  const Reflection& reflection = *request.GetReflection();
  if (reflection.GetString(request, found).empty()) reflection.SetString(&request, found, value);
}

std::string NameOf(const Message& answer) {
  const FieldDescriptor* name = answer.GetDescriptor()->FindFieldByName("name");
  if (name == nullptr || name->type() != FieldDescriptor::TYPE_STRING || name->is_repeated()) {
    return "";
  }
  return answer.GetReflection()->GetString(answer, name);
}

}  // namespace rectify::cli
