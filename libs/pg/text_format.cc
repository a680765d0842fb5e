#include "libs/pg/text_format.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace rectify::pg {
namespace {

// Takes `width` or more digits off the front of `text`.
std::optional<int64_t> TakeDigits(absl::string_view& text, size_t width, bool exactly = true) {
  size_t count = 0;
  int64_t value = 0;
  while (count < text.size() && absl::ascii_isdigit(text[count]) && (!exactly || count < width)) {
    if (count == 18) return std::nullopt;
    value = value * 10 + (text[count++] - '0');
  }
  if (count < width) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool TakeChar(absl::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<absl::CivilDay> TakeDate(absl::string_view& text) {
  auto year = TakeDigits(text, 4, /*exactly=*/false);
  if (!year || !TakeChar(text, '-')) return std::nullopt;
  auto month = TakeDigits(text, 2);
  if (!month || !TakeChar(text, '-')) return std::nullopt;
  auto day = TakeDigits(text, 2);
  if (!day) return std::nullopt;
  absl::CivilDay date(*year, *month, *day);
  // CivilDay normalizes 2023-02-30 to another day instead of refusing it.
  if (date.year() != *year || date.month() != *month || date.day() != *day) return std::nullopt;
  return date;
}

// The fraction of a second after its point, in microseconds.
std::optional<int64_t> TakeMicros(absl::string_view& text) {
  int64_t micros = 0;
  int digits = 0;
  while (!text.empty() && absl::ascii_isdigit(text[0])) {
    if (++digits > 6) return std::nullopt;
    micros = micros * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// One element of an array, up to its delimiter. Unquoted NULL is refused.
std::optional<std::string> TakeElement(absl::string_view& text) {
  std::string element;
  if (!TakeChar(text, '"')) {
    while (!text.empty() && text[0] != ',' && text[0] != '}') {
      if (text[0] == '{' || text[0] == '"' || text[0] == '\\') return std::nullopt;
      element.push_back(text[0]);
      text.remove_prefix(1);
    }
    if (element.empty() || absl::EqualsIgnoreCase(element, "null")) return std::nullopt;
    return element;
  }
  while (!text.empty() && text[0] != '"') {
    if (text[0] == '\\') text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    element.push_back(text[0]);
    text.remove_prefix(1);
  }
  if (!TakeChar(text, '"')) return std::nullopt;
  return element;
}

}  // namespace

std::optional<absl::Time> ParseTimestamp(absl::string_view text) {
  if (text == "infinity") return absl::InfiniteFuture();
  if (text == "-infinity") return absl::InfinitePast();
  auto day = TakeDate(text);
  if (!day || !TakeChar(text, ' ')) return std::nullopt;
  auto hour = TakeDigits(text, 2);
  if (!hour || !TakeChar(text, ':')) return std::nullopt;
  auto minute = TakeDigits(text, 2);
  if (!minute || !TakeChar(text, ':')) return std::nullopt;
  auto second = TakeDigits(text, 2);
  if (!second) return std::nullopt;
  int64_t micros = 0;
  if (TakeChar(text, '.')) {
    auto fraction = TakeMicros(text);
    if (!fraction) return std::nullopt;
    micros = *fraction;
  }
  if (text != "+00") return std::nullopt;
  absl::CivilSecond civil(day->year(), day->month(), day->day(), *hour, *minute, *second);
  return absl::FromCivil(civil, absl::UTCTimeZone()) + absl::Microseconds(micros);
}

std::optional<absl::CivilDay> ParseDate(absl::string_view text) {
  auto day = TakeDate(text);
  if (!text.empty()) return std::nullopt;
  return day;
}

std::optional<std::string> ParseBytea(absl::string_view text) {
  if (!absl::StartsWith(text, "\\x") || text.size() % 2 != 0) return std::nullopt;
  text.remove_prefix(2);
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = HexValue(text[i]);
    int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::optional<std::vector<std::string>> ParseTextArray(absl::string_view text) {
  std::vector<std::string> elements;
  if (text == "{}") return elements;
  if (!TakeChar(text, '{')) return std::nullopt;
  do {
    auto element = TakeElement(text);
    if (!element) return std::nullopt;
    elements.push_back(*std::move(element));
  } while (TakeChar(text, ','));
  if (text != "}") return std::nullopt;
  return elements;
}

}  // namespace rectify::pg
