// What became of the rows of a file, for its sender.
#pragma once

#include <string>
#include <vector>

#include "libs/http/message.h"
#include "services/gateway/sheets/import_columns.h"

namespace rectify::gateway {

struct RowResult {
  int number = 0;       // FileRow::number
  std::string name;     // what was created
  std::string problem;  // or application/problem+json
};

// {"created": 2, "failed": 1, "rows": [{"row": 2, "name": …}, {"row": 3, "problem": {…}}]}.
http::Response ToJsonAnswer(const std::vector<RowResult>& results);

// The same as CSV, a line for each row: 行号, 结果, 资源名, 错误, 列 (or in English).
http::Response ToCsvAnswer(const std::vector<RowResult>& results, const ImportColumns& columns,
                           bool english);

}  // namespace rectify::gateway
