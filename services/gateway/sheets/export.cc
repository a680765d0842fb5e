#include "services/gateway/sheets/export.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/http/target.h"
#include "services/gateway/contracts/terms.h"
#include "services/gateway/sheets/csv_pieces.h"
#include "services/gateway/sheets/pages.h"
#include "services/gateway/sheets/xlsx_book.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool HasField(const Descriptor& message, const char* name, FieldDescriptor::Type type) {
  const FieldDescriptor* field = message.FindFieldByName(name);
  return field != nullptr && field->type() == type && !field->is_repeated();
}

// "findings" of "/v1/{parent=districts/*}/findings", "listFallenThrough" of a path that ends with
// that verb.
std::string LastWordOf(const PathTemplate& path) {
  const std::vector<std::string> words = absl::StrSplit(path.text(), absl::ByAnyChar("/:"));
  return words.back();
}

// The file's name: for programs that know nothing but ASCII, and for people.
std::string Disposition(const Route& route, SheetForm form) {
  const std::string plain = absl::StrCat(LastWordOf(route.path), SuffixOf(form));
  const std::string term = TermOf(*RowsField(*route.method->output_type())->message_type());
  const std::string spoken = term.empty() ? plain : absl::StrCat(term, SuffixOf(form));
  return absl::StrCat("attachment; filename=\"", plain, "\"; filename*=UTF-8''",
                      http::Encode(spoken));
}

}  // namespace

const char* SuffixOf(SheetForm form) { return form == SheetForm::kCsv ? ".csv" : ".xlsx"; }

const char* MediaTypeOf(SheetForm form) {
  return form == SheetForm::kCsv
             ? "text/csv"
             : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}

std::optional<SheetForm> TakeSheetSuffix(std::vector<std::string>& segments) {
  for (const SheetForm form : kSheetForms) {
    if (segments.empty() || !absl::EndsWith(segments.back(), SuffixOf(form))) continue;
    segments.back() = std::string(absl::StripSuffix(segments.back(), SuffixOf(form)));
    return form;
  }
  return std::nullopt;
}

bool HasSheet(const Route& route) {
  const Descriptor& request = *route.method->input_type();
  const Descriptor& answer = *route.method->output_type();
  return route.verb == "GET" && !route.method->server_streaming() &&
         HasField(request, "page_size", FieldDescriptor::TYPE_INT32) &&
         HasField(request, "page_token", FieldDescriptor::TYPE_STRING) &&
         HasField(answer, "next_page_token", FieldDescriptor::TYPE_STRING) &&
         RowsField(answer) != nullptr;
}

void AnswerSheet(AskPage ask, const Route& route, const Message& request, SheetForm form,
                 SheetWorkers& workers, std::function<void(absl::StatusOr<http::Response>)> done) {
  auto pages = std::make_unique<ListPages>(std::move(ask), *route.method, request);
  const auto send = [form, disposition = Disposition(route, form),
                     done = std::move(done)](absl::StatusOr<std::shared_ptr<http::Pieces>> pieces) {
    if (!pieces.ok()) return done(pieces.status());
    http::Response response;
    response.headers.Add(
        "Content-Type",
        absl::StrCat(MediaTypeOf(form), form == SheetForm::kCsv ? "; charset=utf-8" : ""));
    response.headers.Add("Content-Disposition", disposition);
    response.pieces = *std::move(pieces);
    done(std::move(response));
  };
  if (form == SheetForm::kCsv) {
    StartCsv(std::move(pages), send);
  } else {
    WriteXlsx(std::move(pages), LastWordOf(route.path), workers, send);
  }
}

}  // namespace rectify::gateway
