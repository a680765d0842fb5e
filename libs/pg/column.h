// One column of a set of rows, as the array that unnest takes.
#pragma once

#include <type_traits>
#include <vector>

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

}  // namespace rectify::pg
