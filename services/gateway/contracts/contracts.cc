#include "services/gateway/contracts/contracts.h"

#include <memory>

#include "absl/strings/match.h"
#include "google/protobuf/descriptor.pb.h"
#include "libs/log/log.h"

// contracts.binpb, byte for byte: a FileDescriptorSet with its imports, each before who imports it.
asm(".section .rodata\n"
    ".global rectify_contracts_begin\n"
    ".global rectify_contracts_end\n"
    "rectify_contracts_begin:\n"
    ".incbin \"" RECTIFY_CONTRACTS
    "\"\n"
    "rectify_contracts_end:\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char rectify_contracts_begin[], rectify_contracts_end[];

namespace rectify::gateway {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorSet;

struct Contracts {
  DescriptorPool commented;
  std::vector<const FileDescriptor*> linked;
};

std::unique_ptr<Contracts> Load() {
  auto contracts = std::make_unique<Contracts>();
  FileDescriptorSet set;
  const auto size = static_cast<int>(rectify_contracts_end - rectify_contracts_begin);
  if (!set.ParseFromArray(rectify_contracts_begin, size)) {
    log::Error("contracts_unreadable", {{"bytes", size}});
  }
  for (const auto& file : set.file()) {
    contracts->commented.BuildFile(file);
    if (!absl::StartsWith(file.name(), "rectify/")) continue;
    const auto* linked = DescriptorPool::generated_pool()->FindFileByName(file.name());
    if (linked != nullptr) contracts->linked.push_back(linked);
  }
  return contracts;
}

const Contracts& Get() {
  static const Contracts* const kContracts = Load().release();
  return *kContracts;
}

}  // namespace

const std::vector<const FileDescriptor*>& ContractFiles() { return Get().linked; }
const DescriptorPool& CommentedPool() { return Get().commented; }

}  // namespace rectify::gateway
