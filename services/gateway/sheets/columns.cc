#include "services/gateway/sheets/columns.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/gateway/contracts/terms.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using Path = std::vector<const FieldDescriptor*>;

// Deeper messages are JSON.
constexpr size_t kMaxDepth = 4;

std::string TitleOf(const FieldDescriptor& field) {
  const std::string term = TermOf(field);
  return term.empty() ? field.json_name() : term;
}

// "STATE_" of Order.State, "ORDER_KIND_" of OrderKind: before the name of the value 0.
std::string PrefixOf(const EnumDescriptor& type) {
  const auto* zero = type.FindValueByNumber(0);
  constexpr absl::string_view kUnspecified = "UNSPECIFIED";
  absl::string_view name = zero == nullptr ? "" : absl::string_view(zero->name());
  return absl::ConsumeSuffix(&name, kUnspecified) ? std::string(name) : "";
}

std::map<int, std::string> WordsOf(const EnumDescriptor& type, absl::string_view prefix) {
  std::map<int, std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    if (value.number() == 0) continue;
    const std::string term = TermOf(value);
    words[value.number()] =
        term.empty() ? std::string(absl::StripPrefix(value.name(), prefix)) : term;
  }
  return words;
}

Column MakeColumn(Path path) {
  Column column;
  column.title = absl::StrJoin(path, ".", [](std::string* out, const FieldDescriptor* field) {
    absl::StrAppend(out, TitleOf(*field));
  });
  column.path = std::move(path);
  if (const EnumDescriptor* type = column.leaf().enum_type(); type != nullptr) {
    column.prefix = PrefixOf(*type);
    column.words = WordsOf(*type, column.prefix);
  }
  return column;
}

// Whether the message in the last field of the path has columns of its own.
bool IsOpened(const Path& path) {
  const FieldDescriptor& field = *path.back();
  if (field.is_repeated() || field.message_type() == nullptr) return false;
  if (KindOf(field) != CellKind::kJson || path.size() > kMaxDepth) return false;
  if (field.message_type()->file()->package() == "google.protobuf") return false;
  return std::none_of(path.begin(), path.end(), [&](const FieldDescriptor* above) {
    return above->containing_type() == field.message_type();
  });
}

void AddColumns(const Descriptor& message, const Path& above, std::vector<Column>& columns) {
  for (int i = 0; i < message.field_count(); ++i) {
    Path path = above;
    path.push_back(message.field(i));
    if (IsOpened(path)) {
      AddColumns(*message.field(i)->message_type(), path, columns);
    } else {
      columns.push_back(MakeColumn(std::move(path)));
    }
  }
}

const FieldDescriptor* FindField(const Descriptor& message, absl::string_view name) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (name == field.json_name() || name == field.name() || name == TermOf(field)) return &field;
  }
  return nullptr;
}

}  // namespace

CellKind KindOf(const FieldDescriptor& field) {
  if (field.is_map()) return CellKind::kJson;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? CellKind::kBytes : CellKind::kText;
    case FieldDescriptor::CPPTYPE_BOOL:
      return CellKind::kBool;
    case FieldDescriptor::CPPTYPE_ENUM:
      return CellKind::kEnum;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
    default:
      return CellKind::kNumber;
  }
  const std::string& type = field.message_type()->full_name();
  if (type == "google.protobuf.Timestamp") return CellKind::kTime;
  if (type == "google.type.Date") return CellKind::kDate;
  return CellKind::kJson;
}

std::vector<Column> ColumnsOf(const Descriptor& message) {
  std::vector<Column> columns;
  AddColumns(message, {}, columns);
  return columns;
}

Column FindColumn(const Descriptor& message, absl::string_view header) {
  Path path;
  const Descriptor* at = &message;
  for (absl::string_view part : absl::StrSplit(header, '.')) {
    const FieldDescriptor* field =
        at == nullptr ? nullptr : FindField(*at, absl::StripAsciiWhitespace(part));
    if (field == nullptr) return {};
    path.push_back(field);
    at = IsOpened(path) ? field->message_type() : nullptr;
  }
  return at == nullptr ? MakeColumn(std::move(path)) : Column();
}

std::string FieldPathOf(const Column& column) {
  return absl::StrJoin(column.path, ".", [](std::string* out, const FieldDescriptor* field) {
    absl::StrAppend(out, field->name());
  });
}

}  // namespace rectify::gateway
