#include "services/gateway/adapters/adapters.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "services/gateway/adapters/grid/grid.h"
#include "services/gateway/adapters/open311/open311.h"

namespace rectify::gateway {

absl::StatusOr<Adapters> Adapters::Create(const AdapterFiles& files) {
  Adapters adapters;
  ASSIGN_OR_RETURN(auto open311, MakeOpen311(files.open311));
  ASSIGN_OR_RETURN(auto grid, MakeGrid(files.grid));
  adapters.adapters_.push_back(std::move(open311));
  adapters.adapters_.push_back(std::move(grid));
  return adapters;
}

const Adapter* Adapters::Find(const std::vector<std::string>& segments) const {
  if (segments.size() < 2) return nullptr;
  for (const auto& adapter : adapters_) {
    if (segments[0] == adapter->name()) return adapter.get();
  }
  return nullptr;
}

}  // namespace rectify::gateway
