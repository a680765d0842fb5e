// Files in messages.
#pragma once

#include "google/protobuf/descriptor.h"

namespace rectify::gateway {

inline constexpr char kMediaType[] = "media_type";

// The field of the type whose message says what a file is, in a text field `media_type`; nullptr
// without one.
const google::protobuf::FieldDescriptor* FileDescription(const google::protobuf::Descriptor& type);

}  // namespace rectify::gateway
