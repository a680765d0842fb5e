// The act `call` of a scenario: any unary rpc, with the scenario's names in its request.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace rectify::cli {

// The method with that full name; NOT_FOUND when the contract has none.
absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(const std::string& name);
// The service that serves it: `rectify.<service>.v1.…`.
std::string ServiceOf(const google::protobuf::MethodDescriptor& method);
// An empty message of a generated type.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

// "officer:li" → the resource name.
using Resolve = std::function<absl::StatusOr<std::string>(absl::string_view reference)>;

// Replaces every text field that begins with @, at any depth.
absl::Status ResolveReferences(google::protobuf::Message& message, const Resolve& resolve);
// Sets a text field of the request when it exists and is empty.
void FillIn(google::protobuf::Message& request, const std::string& field, const std::string& value);
// The field `name` of an answer, "" when it has none.
std::string NameOf(const google::protobuf::Message& answer);

}  // namespace rectify::cli
