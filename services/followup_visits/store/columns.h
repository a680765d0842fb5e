// One column of a set of rows, for unnest.
#pragma once

#include <type_traits>
#include <vector>

namespace rectify::followup::store {

template <typename Row, typename Read>
auto Column(const std::vector<Row>& rows, Read read) {
  std::vector<std::decay_t<decltype(read(rows.front()))>> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(read(row));
  return values;
}

}  // namespace rectify::followup::store
