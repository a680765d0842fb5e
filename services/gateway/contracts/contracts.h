// The contracts of all services, with their comments, as this program was built with them.
#pragma once

#include <vector>

#include "google/protobuf/descriptor.h"

namespace rectify::gateway {

// The files of Rectify's own contracts as linked into this program: options and messages have
// types.
const std::vector<const google::protobuf::FileDescriptor*>& ContractFiles();

// The same descriptors in a pool that knows the comments: GetSourceLocation works on what it finds.
const google::protobuf::DescriptorPool& CommentedPool();

}  // namespace rectify::gateway
