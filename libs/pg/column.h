// The columns of a set of rows, as the arrays that unnest takes.
#pragma once

#include <type_traits>
#include <vector>

#include "libs/pg/param.h"

namespace rectify::pg {

// `rows` holds values or pointers to them; `read` gives what a Param takes.
template <typename Rows, typename Read>
auto Column(const Rows& rows, Read read) {
  const auto read_row = [&read](const auto& row) {
    if constexpr (std::is_pointer_v<std::decay_t<decltype(row)>>) {
      return read(*row);
    } else {
      return read(row);
    }
  };
  std::vector<std::decay_t<decltype(read_row(rows[0]))>> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back(read_row(row));
  return values;
}

// The columns of rows of values. A value that is an array itself becomes its literal, a text,
// because unnest would flatten an array of arrays. At least one row.
inline std::vector<Param> Columns(const std::vector<std::vector<Param>>& rows) {
  std::vector<Param> columns;
  columns.reserve(rows.front().size());
  for (size_t i = 0; i < rows.front().size(); ++i) {
    columns.emplace_back(Column(rows, [i](const std::vector<Param>& row) { return row[i]; }));
  }
  return columns;
}

}  // namespace rectify::pg
