#include "services/gateway/sheets/cells.h"

#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "libs/base/clock.h"
#include "libs/protojson/json.h"

namespace rectify::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;

constexpr char kListMark[] = "；";
// Spreadsheets keep no more digits of a number.
constexpr size_t kMaxDigits = 15;

template <typename Number>
std::string NumberText(Number value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

// How a field of a message is asked for, one value or the one at a place of a list.
struct Value {
  const Message& message;
  const google::protobuf::Reflection& reflection;
  const FieldDescriptor* field;
  int index;  // -1: no list

  template <typename One, typename Many>
  auto Get(One one, Many many) const {
    return index < 0 ? (reflection.*one)(message, field)
                     : (reflection.*many)(message, field, index);
  }
  const Message& GetMessage() const {
    return index < 0 ? reflection.GetMessage(message, field)
                     : reflection.GetRepeatedMessage(message, field, index);
  }
};

std::string NumberOf(const Value& value) {
  using R = google::protobuf::Reflection;
  switch (value.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return NumberText(value.Get(&R::GetInt32, &R::GetRepeatedInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return NumberText(value.Get(&R::GetInt64, &R::GetRepeatedInt64));
    case FieldDescriptor::CPPTYPE_UINT32:
      return NumberText(value.Get(&R::GetUInt32, &R::GetRepeatedUInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return NumberText(value.Get(&R::GetUInt64, &R::GetRepeatedUInt64));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return NumberText(value.Get(&R::GetFloat, &R::GetRepeatedFloat));
    default:
      return NumberText(value.Get(&R::GetDouble, &R::GetRepeatedDouble));
  }
}

std::string TimeText(const Message& message) {
  google::protobuf::Timestamp time;
  time.CopyFrom(message);
  return absl::FormatTime("%E4Y-%m-%d %H:%M:%S", absl::FromUnixSeconds(time.seconds()),
                          ChinaZone());
}

std::string DateText(const Message& message) {
  google::type::Date date;
  date.CopyFrom(message);
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

std::string EnumText(const Column& column, int number) {
  const auto word = column.words.find(number);
  if (word != column.words.end()) return word->second;
  return number == 0 ? "" : absl::StrCat(number);  // of a contract that is newer than this program
}

std::string TextOf(const Column& column, const Value& value) {
  using R = google::protobuf::Reflection;
  switch (KindOf(*value.field)) {
    case CellKind::kText:
      return value.Get(&R::GetString, &R::GetRepeatedString);
    case CellKind::kBytes:
      return absl::BytesToHexString(value.Get(&R::GetString, &R::GetRepeatedString));
    case CellKind::kBool:
      return value.Get(&R::GetBool, &R::GetRepeatedBool) ? "是" : "否";
    case CellKind::kNumber:
      return NumberOf(value);
    case CellKind::kEnum:
      return EnumText(column, value.Get(&R::GetEnumValue, &R::GetRepeatedEnumValue));
    case CellKind::kTime:
      return TimeText(value.GetMessage());
    case CellKind::kDate:
      return DateText(value.GetMessage());
    case CellKind::kJson:
      break;
  }
  return "";
}

// The field as it is in the message's canonical JSON.
std::string JsonText(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  const std::unique_ptr<Message> only(message.New());
  if (field.is_repeated()) {
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      reflection.AddMessage(only.get(), &field)
          ->CopyFrom(reflection.GetRepeatedMessage(message, &field, i));
    }
  } else if (reflection.HasField(message, &field)) {
    reflection.MutableMessage(only.get(), &field)->CopyFrom(reflection.GetMessage(message, &field));
  }
  const auto text = protojson::ToJson(*message.GetDescriptor(), only->SerializeAsString());
  const json object = text.ok() ? json::parse(*text) : json::object();
  if (!object.contains(field.json_name())) return "";
  const json& value = object[field.json_name()];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string ListText(const Column& column, const Message& message) {
  const FieldDescriptor& field = column.leaf();
  const auto& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  std::vector<std::string> texts;
  texts.reserve(size);
  for (int i = 0; i < size; ++i) {
    texts.push_back(TextOf(column, {message, reflection, &field, i}));
  }
  return absl::StrJoin(texts, kListMark);
}

bool IsCountable(const FieldDescriptor& field, const std::string& text) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return text.size() <= kMaxDigits;
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::ascii_isdigit(static_cast<unsigned char>(text.back()));  // not inf, nan
    default:
      return true;
  }
}

Cell CellOf(const Message& row, const Column& column) {
  const Message* message = &row;
  for (size_t i = 0; i + 1 < column.path.size(); ++i) {
    if (!message->GetReflection()->HasField(*message, column.path[i])) return {};
    message = &message->GetReflection()->GetMessage(*message, column.path[i]);
  }
  const FieldDescriptor& leaf = column.leaf();
  const auto& reflection = *message->GetReflection();
  const CellKind kind = KindOf(leaf);
  if (kind == CellKind::kJson) return {JsonText(*message, leaf)};
  if (leaf.is_repeated()) return {ListText(column, *message)};
  if (leaf.has_presence() && !reflection.HasField(*message, &leaf)) return {};
  Cell cell = {TextOf(column, {*message, reflection, &leaf, -1})};
  cell.number = kind == CellKind::kNumber && IsCountable(leaf, cell.text);
  return cell;
}

}  // namespace

std::vector<Cell> CellsOf(const Message& row, const std::vector<Column>& columns) {
  std::vector<Cell> cells;
  cells.reserve(columns.size());
  for (const Column& column : columns) cells.push_back(CellOf(row, column));
  return cells;
}

}  // namespace rectify::gateway
