// What the contracts say in words.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace rectify::gateway {

// The comment before a declaration as one text: lines joined, "" when there is none. Descriptors of
// ContractFiles().
std::string CommentOf(const google::protobuf::Descriptor& message);
std::string CommentOf(const google::protobuf::FieldDescriptor& field);
std::string CommentOf(const google::protobuf::EnumDescriptor& type);
std::string CommentOf(const google::protobuf::EnumValueDescriptor& value);
std::string CommentOf(const google::protobuf::MethodDescriptor& method);
std::string CommentOf(const google::protobuf::ServiceDescriptor& service);

// Up to and with the first full stop.
std::string FirstSentence(absl::string_view text);

// A cause of errors: "ORDER_STATE", the canonical code that goes with it, and what it means.
struct Reason {
  std::string name, code, meaning;
};
// All of rectify.common.v1.ErrorReason.
const std::vector<Reason>& AllReasons();
// Those that a method's comment names after "Fails with".
std::vector<Reason> ReasonsIn(absl::string_view comment);

}  // namespace rectify::gateway
