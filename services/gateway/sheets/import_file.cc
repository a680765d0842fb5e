#include "services/gateway/sheets/import_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/csv/cells.h"
#include "libs/csv/csv_reader.h"
#include "libs/csv/encoding.h"
#include "libs/xlsx/reader.h"

namespace rectify::gateway {
namespace {

constexpr size_t kMaxColumns = xlsx::kMaxColumns;

absl::Status Bad(SheetForm form, const Text& text) {
  return FieldError(form == SheetForm::kCsv ? "csv" : "xlsx", text, "CSV_INVALID");
}

bool IsEmpty(const std::string& cell) { return cell.empty(); }

class Collector {
 public:
  explicit Collector(SheetForm form) : form_(form) {}

  absl::Status Add(FileRow row) {
    while (!row.cells.empty() && row.cells.back().empty()) row.cells.pop_back();
    if (row.cells.empty() && !row.problem) return absl::OkStatus();
    if (file_.header.empty()) return TakeHeader(std::move(row));
    if (file_.rows.size() == kMaxImportRows) {
      return Bad(form_, {absl::StrCat("超过 ", kMaxImportRows, " 行，请分成几个文件"),
                         absl::StrCat("there are more than ", kMaxImportRows, " rows")});
    }
    if (row.cells.size() > file_.header.size()) {
      row.cells.clear();
      row.problem = Text{"单元格多于表头的列", "the row has more cells than the header"};
    }
    file_.rows.push_back(std::move(row));
    return absl::OkStatus();
  }

  absl::StatusOr<ImportFile> Finish() && {
    if (!file_.header.empty()) return std::move(file_);
    return Bad(form_, {"文件为空，没有表头", "the file is empty and has no header"});
  }

 private:
  absl::Status TakeHeader(FileRow row) {
    if (row.problem) return Bad(form_, *row.problem);
    if (row.cells.size() > kMaxColumns) {
      return Bad(form_, {absl::StrCat("超过 ", kMaxColumns, " 列"),
                         absl::StrCat("there are more than ", kMaxColumns, " columns")});
    }
    if (std::any_of(row.cells.begin(), row.cells.end(), IsEmpty)) {
      return Bad(form_, {"表头中有空的列名", "a column has no name in the header"});
    }
    file_.header = std::move(row.cells);
    return absl::OkStatus();
  }

  const SheetForm form_;
  ImportFile file_;
};

absl::Status ReadCsv(absl::string_view body, Collector& collector) {
  ASSIGN_OR_RETURN(const std::string text, csv::ToUtf8(body));
  csv::CsvReader reader([&](csv::CsvRow row) {
    for (std::string& cell : row.cells) cell = csv::Armed(Trimmed(cell));
    return collector.Add({row.line, std::move(row.cells), std::move(row.problem)});
  });
  RETURN_IF_ERROR(reader.Feed(text));
  return reader.Finish();
}

absl::Status ReadXlsx(absl::string_view body, Collector& collector) {
  return xlsx::ReadRows(body, [&](xlsx::Row row) {
    for (std::string& cell : row.cells) cell = Trimmed(cell);
    return collector.Add({row.number, std::move(row.cells), std::nullopt});
  });
}

}  // namespace

absl::StatusOr<ImportFile> ReadFile(SheetForm form, absl::string_view body) {
  Collector collector(form);
  RETURN_IF_ERROR(form == SheetForm::kCsv ? ReadCsv(body, collector) : ReadXlsx(body, collector));
  return std::move(collector).Finish();
}

}  // namespace rectify::gateway
