// Resource names as the store's keys.
#pragma once

#include <string>
#include <vector>

#include "libs/rpc/resource_name.h"

namespace rectify::reminder::store {

// One district for each name, as a column beside them.
inline std::vector<std::string> DistrictsOf(const std::vector<std::string>& names) {
  std::vector<std::string> districts;
  districts.reserve(names.size());
  for (const std::string& name : names) districts.push_back(rpc::DistrictOf(name));
  return districts;
}

}  // namespace rectify::reminder::store
