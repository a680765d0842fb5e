#include "services/gateway/sheets/import_columns.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/behavior.h"
#include "services/gateway/sheets/cells.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

// Columns of an export that say which one it is and what became of it: nobody sets them.
bool IsPassedOver(const Column& column) {
  const FieldDescriptor& first = *column.path.front();
  if (column.path.size() == 1 && (first.name() == "name" || first.name() == "etag")) return true;
  return std::any_of(column.path.begin(), column.path.end(), [](const FieldDescriptor* field) {
    return rpc::HasBehavior(*field, google::api::OUTPUT_ONLY);
  });
}

// Fields of the request that the path and the file itself fill.
bool IsBound(const Route& route, const FieldDescriptor& field) {
  const std::vector<std::string> bound = route.path.FieldPaths();
  return field.name() == "request_id" ||
         std::find(bound.begin(), bound.end(), field.name()) != bound.end();
}

// From the request on.
Column Find(const Route& route, const FieldDescriptor& created, const std::string& header) {
  Column column = FindColumn(*created.message_type(), header);
  if (!column.path.empty()) {
    column.path.insert(column.path.begin(), &created);
    return column;
  }
  if (route.body != "*") return {};
  column = FindColumn(*route.method->input_type(), header);
  return column.path.empty() || IsBound(route, *column.path.front()) ? Column() : column;
}

absl::Status BadColumns(const std::string& field, absl::string_view zh, absl::string_view en,
                        const std::vector<std::string>& names) {
  return FieldError(field,
                    {absl::StrCat(zh, "：", absl::StrJoin(names, "、")),
                     absl::StrCat(en, ": ", absl::StrJoin(names, ", "))},
                    "CSV_INVALID");
}

}  // namespace

const FieldDescriptor* CreatedField(const google::protobuf::MethodDescriptor& method) {
  const Descriptor& request = *method.input_type();
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor* field = request.field(i);
    if (!field->is_repeated() && field->message_type() == method.output_type()) return field;
  }
  return nullptr;
}

absl::StatusOr<ImportColumns> ImportColumns::Match(const Route& route,
                                                   const std::vector<std::string>& header,
                                                   const std::string& field) {
  const FieldDescriptor& created = *CreatedField(*route.method);
  ImportColumns columns;
  if (route.body != "*") columns.body_ = &created;
  std::vector<std::string> unknown, doubled;
  std::set<std::string> seen;
  for (const std::string& name : header) {
    Entry entry = {name, Find(route, created, name)};
    if (entry.column.path.empty()) {
      unknown.push_back(name);
    } else if (!seen.insert(FieldPathOf(entry.column)).second) {
      doubled.push_back(name);
    }
    if (!entry.column.path.empty()) {
      Column own = entry.column;
      own.path.erase(own.path.begin());
      if (entry.column.path.front() == &created && IsPassedOver(own)) entry.column.path.clear();
    }
    columns.entries_.push_back(std::move(entry));
  }
  if (!unknown.empty()) return BadColumns(field, "无法识别的列", "unknown columns", unknown);
  if (!doubled.empty()) return BadColumns(field, "重复的列", "doubled columns", doubled);
  return columns;
}

absl::StatusOr<json> ImportColumns::BodyOf(const FileRow& row) const {
  json body = json::object();
  std::vector<FieldViolation> violations;
  for (size_t i = 0; i < row.cells.size(); ++i) {
    const Column& column = entries_[i].column;
    if (row.cells[i].empty() || column.path.empty()) continue;
    absl::StatusOr<json> value = ReadCell(column, row.cells[i]);
    if (!value.ok()) {
      const std::optional<ErrorDetail> detail = DetailOf(value.status());
      violations.insert(violations.end(), detail->violations.begin(), detail->violations.end());
      continue;
    }
    json* place = &body;
    for (const FieldDescriptor* step : column.path) {
      if (step != body_) place = &(*place)[step->json_name()];
    }
    *place = *std::move(value);
  }
  if (!violations.empty()) return FieldErrors(std::move(violations));
  return body;
}

std::string ImportColumns::TitleOf(const std::string& field) const {
  for (const Entry& entry : entries_) {
    if (entry.column.path.empty()) continue;
    const std::string path = FieldPathOf(entry.column);
    // What is wrong within a list is wrong in its cell.
    if (field == path || absl::StartsWith(field, absl::StrCat(path, "[")) ||
        absl::StartsWith(field, absl::StrCat(path, "."))) {
      return entry.title;
    }
  }
  return field;
}

}  // namespace rectify::gateway
