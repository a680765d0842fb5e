// Values of a message as cells of a sheet, and cells of a sheet as values.
//
//   text      as it is                       number  as it is; beyond 15 digits as text
//   bool      是, 否                         bytes   hexadecimal
//   enum      its word (Column::words)       lists   of these, joined by "；"
//   time      2023-02-06 09:30:00 of Asia/Shanghai       date    2023-02-06
//   others    compact JSON
//
// What a field does not have is an empty cell, and an empty cell is a field that is not set.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/gateway/sheets/columns.h"

namespace rectify::gateway {

struct Cell {
  std::string text;
  bool number = false;  // the text is a number and may be counted with
};

// One for each column, which are those of the message's type.
std::vector<Cell> CellsOf(const google::protobuf::Message& row, const std::vector<Column>& columns);

// The value of a cell that is not empty, in canonical protobuf JSON. Also understood: lists joined
// by ";", enum values by their names, TRUE and FALSE, 2023/2/6 9:30 as spreadsheets write times,
// RFC 3339, and the day numbers of spreadsheets. INVALID_ARGUMENT naming the column's field.
absl::StatusOr<nlohmann::json> ReadCell(const Column& column, absl::string_view text);

}  // namespace rectify::gateway
