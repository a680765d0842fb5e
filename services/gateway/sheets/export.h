// A list as a sheet: what `GET …/findings` lists, all pages of it, as `…/findings.csv` or
// `…/findings.xlsx`, for people with a spreadsheet and programs without a client. Columns and cells
// are those of columns.h and cells.h; texts that a spreadsheet would run are defused in CSV
// (libs/csv/cells.h) and are texts in XLSX.
//
// CSV goes out page by page and has no last row but the list's. XLSX has its table of contents at
// the end, so it is complete before its first byte is sent, and ends at kMaxXlsxRows.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/http/message.h"
#include "services/gateway/routes/route_table.h"
#include "services/gateway/sheets/workers.h"

namespace rectify::gateway {

inline constexpr int kMaxXlsxRows = 50'000;

enum class SheetForm { kCsv, kXlsx };
inline constexpr SheetForm kSheetForms[] = {SheetForm::kCsv, SheetForm::kXlsx};
const char* SuffixOf(SheetForm form);     // ".csv"
const char* MediaTypeOf(SheetForm form);  // without parameters

// Takes the suffix off the last segment of a path; nullopt when it has none.
std::optional<SheetForm> TakeSheetSuffix(std::vector<std::string>& segments);

// Whether the route lists something: GET with page_size and page_token, answered by one list and
// next_page_token.
bool HasSheet(const Route& route);

// Puts one page's question to the service, without waiting; the answer is encoded.
using AskPage = std::function<void(const google::protobuf::Message& request,
                                   std::function<void(absl::StatusOr<std::string>)> answer)>;

// `request` is one of the route's method. Calls `done` once, on any thread, when the first page is
// there (CSV) or the file is (XLSX). A CSV that fails later breaks off without a proper end.
// INVALID_ARGUMENT of `filter` for an XLSX of more rows than kMaxXlsxRows, or of cells that are too
// large. UNAVAILABLE when the `workers`, who write XLSX, have no place.
void AnswerSheet(AskPage ask, const Route& route, const google::protobuf::Message& request,
                 SheetForm form, SheetWorkers& workers,
                 std::function<void(absl::StatusOr<http::Response>)> done);

}  // namespace rectify::gateway
