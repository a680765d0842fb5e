// What people call the parts of the contracts: the Chinese term in a declaration's comment. Either
// the comment begins with it, "直接送达." or "留置送达: refused, left with a witness.", or it
// stands in brackets, "Everything was rectified (已销案).": the first brackets with nothing but a
// term in them, and of several terms the first. Articles, (消防法第六十条), are no terms.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace rectify::gateway {

// "" where the comment has none. Descriptors of ContractFiles().
std::string TermOf(const google::protobuf::Descriptor& message);
// Of a column or value among others: "" too when another field of the message, or value of the
// enum, has the same term.
std::string TermOf(const google::protobuf::FieldDescriptor& field);
std::string TermOf(const google::protobuf::EnumValueDescriptor& value);

std::string TermIn(absl::string_view comment);

}  // namespace rectify::gateway
