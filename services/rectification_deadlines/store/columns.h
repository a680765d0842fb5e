// Sets of rows as parameters.
#pragma once

#include <utility>
#include <vector>

#include "libs/pg/param.h"

namespace rectify::deadline::store {

// The columns of rows of values, each an array for unnest. A value that is an array itself becomes
// its literal, a text, because unnest would flatten an array of arrays. At least one row.
inline std::vector<pg::Param> ToColumns(const std::vector<std::vector<pg::Param>>& rows) {
  std::vector<pg::Param> columns;
  columns.reserve(rows.front().size());
  for (size_t i = 0; i < rows.front().size(); ++i) {
    std::vector<pg::Param> column;
    column.reserve(rows.size());
    for (const std::vector<pg::Param>& row : rows) column.push_back(row[i]);
    columns.emplace_back(column);
  }
  return columns;
}

}  // namespace rectify::deadline::store
