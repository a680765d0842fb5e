// All adapters of the gateway: who speaks another standard than ours is answered in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gateway/adapters/lead/adapter.h"

namespace rectify::gateway {

// Mapping files, protobuf text; empty: the built-in ones.
struct AdapterFiles {
  std::string open311, grid;
};

class Adapters {
 public:
  // INVALID_ARGUMENT with every mistake of a mapping.
  static absl::StatusOr<Adapters> Create(const AdapterFiles& files);

  // The adapter whose path this is, "/open311/120110/…"; nullptr: none's.
  const Adapter* Find(const std::vector<std::string>& segments) const;

 private:
  std::vector<std::unique_ptr<const Adapter>> adapters_;
};

}  // namespace rectify::gateway
