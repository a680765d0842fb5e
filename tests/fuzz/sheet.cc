// Files of rows that become commands: CSV in any encoding and XLSX, up to each row's body.
#include <nlohmann/json.hpp>

#include "services/gateway/routes/route_table.h"
#include "services/gateway/sheets/import_columns.h"
#include "services/gateway/sheets/import_file.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

using gateway::FileRow;
using gateway::ImportColumns;
using gateway::ImportFile;
using gateway::Route;
using gateway::SheetForm;

const Route& CreateLead() {
  static const auto* const kTable =
      new gateway::RouteTable(*gateway::RouteTable::Create({"hazard"}));
  return *kTable->Find("POST", {"v1", "districts", "120110", "leads"}).route;
}

void CheckShape(const ImportFile& file) {
  Require(!file.header.empty(), "a file has a header");
  for (const std::string& name : file.header) Require(!name.empty(), "every column has a name");
  Require(file.rows.size() <= gateway::kMaxImportRows, "rows have a limit");
  for (const FileRow& row : file.rows) {
    Require(row.cells.size() <= file.header.size(), "a row has no more cells than the header");
    Require(!row.cells.empty() || row.problem.has_value(), "empty rows are left out");
  }
}

}  // namespace

// What begins like a ZIP archive is XLSX.
void Sheet(absl::string_view input) {
  const SheetForm form = input.substr(0, 2) == "PK" ? SheetForm::kXlsx : SheetForm::kCsv;
  const auto file = gateway::ReadFile(form, input);
  if (!file.ok()) return;
  CheckShape(*file);
  const auto columns = ImportColumns::Match(CreateLead(), file->header, "csv");
  if (!columns.ok()) return;
  for (const FileRow& row : file->rows) {
    const auto body = columns->BodyOf(row);
    Require(!body.ok() || body->is_object(), "a row is an object");
    if (body.ok()) Require(!body->dump().empty(), "an object is text");
  }
}

}  // namespace rectify::fuzz
