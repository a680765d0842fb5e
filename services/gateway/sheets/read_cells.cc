#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "services/gateway/sheets/cells.h"
#include "services/gateway/transcode/json_tree.h"

namespace rectify::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using nlohmann::json;

constexpr int64_t kSecondsOfDay = int64_t{24} * 60 * 60;
// Day 1 of spreadsheets is 1900-01-01, and they hold 1900 for a leap year.
constexpr absl::CivilDay kDayZero(1899, 12, 30);
constexpr double kLastDay = 2958465;  // 9999-12-31

absl::Status Bad(const Column& column, absl::string_view text, absl::string_view zh,
                 absl::string_view en) {
  return FieldError(FieldPathOf(column),
                    {absl::StrCat(column.title, "的值“", Ellipsize(text, 50), "”", zh),
                     absl::StrCat("\"", Ellipsize(text, 50), "\" ", en)});
}

std::optional<bool> BoolIn(absl::string_view text) {
  for (const char* yes : {"是", "TRUE", "1", "YES"}) {
    if (absl::EqualsIgnoreCase(text, yes)) return true;
  }
  for (const char* no : {"否", "FALSE", "0", "NO"}) {
    if (absl::EqualsIgnoreCase(text, no)) return false;
  }
  return std::nullopt;
}

absl::StatusOr<json> ReadEnum(const Column& column, absl::string_view text) {
  for (const auto& [number, word] : column.words) {
    const std::string& name = column.leaf().enum_type()->FindValueByNumber(number)->name();
    if (text == word || absl::EqualsIgnoreCase(text, name) ||
        absl::EqualsIgnoreCase(absl::StrCat(column.prefix, text), name)) {
      return json(name);
    }
  }
  std::string known;
  for (const auto& [number, word] : column.words) {
    absl::StrAppend(&known, known.empty() ? "" : "、", word);
  }
  return Bad(column, text, absl::StrCat("无法识别，应为：", known),
             absl::StrCat("is none of: ", known));
}

absl::StatusOr<json> ReadNumber(const Column& column, absl::string_view text) {
  double value = 0;
  if (!absl::SimpleAtod(text, &value) || !std::isfinite(value)) {
    return Bad(column, text, "不是数字", "is not a number");
  }
  switch (column.leaf().cpp_type()) {
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return json(value);
    default:
      break;
  }
  // Protobuf's JSON takes whole numbers as text, and knows which are too large for the field.
  if (text.find_first_not_of("+-0123456789") != absl::string_view::npos) {
    return Bad(column, text, "不是整数", "is not a whole number");
  }
  return json(std::string(text));
}

// The day number of a spreadsheet, with the time as its fraction.
std::optional<absl::Time> TimeOfDayNumber(absl::string_view text) {
  double days = 0;
  if (!absl::SimpleAtod(text, &days) || !(days >= 1 && days <= kLastDay)) return std::nullopt;
  const auto whole = static_cast<int64_t>(days);
  const auto seconds =
      static_cast<int64_t>(std::llround((days - static_cast<double>(whole)) * kSecondsOfDay));
  return absl::FromCivil(absl::CivilSecond(kDayZero + whole) + seconds, ChinaZone());
}

std::optional<absl::Time> TimeIn(absl::string_view text) {
  if (const auto time = TimeOfDayNumber(text)) return time;
  const std::string plain = absl::StrReplaceAll(
      text, {{"/", "-"}, {"年", "-"}, {"月", "-"}, {"日", " "}, {"T", " "}, {"Z", "+00:00"}});
  absl::Time time;
  for (const char* format :
       {"%Y-%m-%d %H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    if (!absl::ParseTime(format, plain, ChinaZone(), &time, nullptr)) continue;
    const absl::CivilSecond local = absl::ToCivilSecond(time, ChinaZone());
    if (local.year() >= 1 && local.year() <= 9999) return time;
  }
  return std::nullopt;
}

absl::StatusOr<json> ReadTime(const Column& column, absl::string_view text) {
  const auto time = TimeIn(text);
  if (!time) {
    return Bad(column, text, "不是时间，应如 2023-02-06 09:30:00",
               "is not a time such as 2023-02-06 09:30:00");
  }
  return json(absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", *time, absl::UTCTimeZone()));
}

absl::StatusOr<json> ReadDate(const Column& column, absl::string_view text) {
  const auto time = TimeIn(text);
  const bool whole = time && absl::ToCivilSecond(*time, ChinaZone()) ==
                                 absl::CivilSecond(absl::ToCivilDay(*time, ChinaZone()));
  if (!whole) {
    return Bad(column, text, "不是日期，应如 2023-02-06", "is not a date such as 2023-02-06");
  }
  const absl::CivilDay day = absl::ToCivilDay(*time, ChinaZone());
  return json{{"year", day.year()}, {"month", day.month()}, {"day", day.day()}};
}

absl::StatusOr<json> ReadBytes(const Column& column, absl::string_view text) {
  const bool hex = text.size() % 2 == 0 &&
                   text.find_first_not_of("0123456789abcdefABCDEF") == absl::string_view::npos;
  if (!hex) return Bad(column, text, "不是十六进制", "is not hexadecimal");
  return json(absl::Base64Escape(absl::HexStringToBytes(text)));
}

// Messages that protobuf writes as text ("1.5s") may stand without quotes.
absl::StatusOr<json> ReadJson(const Column& column, absl::string_view text) {
  if (!absl::StartsWith(text, "{") && !absl::StartsWith(text, "[")) return json(std::string(text));
  absl::StatusOr<json> value = ParseJson(text);
  if (!value.ok()) return Bad(column, text, "不是有效的 JSON", "is not valid JSON");
  return value;
}

absl::StatusOr<json> ReadOne(const Column& column, absl::string_view text) {
  const CellKind kind = KindOf(column.leaf());
  if (kind == CellKind::kText) return json(std::string(text));
  const std::string plain = NormalizeText(text);
  switch (kind) {
    case CellKind::kBool:
      if (const auto value = BoolIn(plain)) return json(*value);
      return Bad(column, text, "应为是或否", "is neither TRUE nor FALSE");
    case CellKind::kEnum:
      return ReadEnum(column, absl::StripAsciiWhitespace(text));
    case CellKind::kNumber:
      return ReadNumber(column, plain);
    case CellKind::kTime:
      return ReadTime(column, plain);
    case CellKind::kDate:
      return ReadDate(column, plain);
    case CellKind::kBytes:
      return ReadBytes(column, plain);
    default:
      return ReadJson(column, absl::StripAsciiWhitespace(text));
  }
}

}  // namespace

absl::StatusOr<json> ReadCell(const Column& column, absl::string_view text) {
  if (!column.leaf().is_repeated() || KindOf(column.leaf()) == CellKind::kJson) {
    return ReadOne(column, text);
  }
  json list = json::array();
  const std::string plain = absl::StrReplaceAll(text, {{"；", ";"}});
  for (absl::string_view part : absl::StrSplit(plain, ';', absl::SkipWhitespace())) {
    ASSIGN_OR_RETURN(json value, ReadOne(column, absl::StripAsciiWhitespace(part)));
    list.push_back(std::move(value));
  }
  return list;
}

}  // namespace rectify::gateway
