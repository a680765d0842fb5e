// A sheet as commands: a CSV or XLSX file that is sent to a collection (POST …/leads) is one Create
// for each of its rows, for those who have a spreadsheet and no program. Columns are named as in
// the export (columns.h); those that nobody may set (name, state, …) are passed over, so that an
// exported sheet can be filled in and sent back.
//
// A row that fails does not stop the others, and the answer says of each what became of it. The
// same file sent again changes nothing and is answered the same: the request_id of a row comes from
// the file, the row's content and how often it has stood in the file before. With an
// Idempotency-Key it comes from that instead of the file, so that a mended file only does what is
// still missing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/http/message.h"
#include "services/gateway/routes/route_table.h"
#include "services/gateway/sheets/export.h"
#include "services/gateway/sheets/workers.h"
#include "services/gateway/transcode/request.h"

namespace rectify::gateway {

// At once, of one file.
inline constexpr int kMaxRowsInFlight = 16;

// The form that a Content-Type names; nullopt for all others.
std::optional<SheetForm> SheetFormOf(absl::string_view content_type);
// Whether an Accept wants the answer as JSON rather than as CSV.
bool WantsJson(absl::string_view accept);

// Whether the route is a Create (AIP-133) with a request_id: answered with a message that the
// request has in a field.
bool TakesSheet(const Route& route);

struct Import {
  const Route& route;  // TakesSheet
  std::vector<Capture> captures;
  Query query;
  SheetForm form;
  std::string body = {};
  std::string key = {};  // of the header Idempotency-Key, or ""
  bool as_json = false;  // the answer; else CSV
  bool english = false;
};

// Puts one row's command to the service, without waiting; the answer is encoded.
using AskRow = AskPage;
// A problem as the caller may see it (application/problem+json).
using TellRowProblem = std::function<std::string(const absl::Status&)>;

// Calls `done` once, on any thread, when every row has been answered. INVALID_ARGUMENT before
// anything is done, naming `csv` or `xlsx`: what ReadFile refuses, columns that are unknown or
// doubled, all of them at once. The first row goes alone: when its caller may not do this at all,
// that is the answer. UNAVAILABLE when the `workers` have no place.
void AnswerImport(AskRow ask, TellRowProblem tell, Import import, SheetWorkers& workers,
                  std::function<void(absl::StatusOr<http::Response>)> done);

}  // namespace rectify::gateway
