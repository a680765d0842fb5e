#include "libs/base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rectify {
namespace {

constexpr int32_t kInvalid = -1;
constexpr int32_t kIdeographicSpace = 0x3000;
constexpr int32_t kFullWidthFirst = 0xFF01, kFullWidthLast = 0xFF5E;
constexpr int32_t kFullWidthOffset = 0xFF01 - '!';

// One character of a text: its code point, or kInvalid for a byte that is not UTF-8.
struct Char {
  int32_t code;
  absl::string_view bytes;
};

// Takes the first character off `text`, which is not empty.
Char Take(absl::string_view& text) {
  utf8proc_int32_t code;
  const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  utf8proc_ssize_t length = utf8proc_iterate(data, text.size(), &code);
  if (length <= 0) {
    code = kInvalid;
    length = 1;
  }
  const Char result = {code, text.substr(0, length)};
  text.remove_prefix(length);
  return result;
}

std::string Encode(int32_t code) {
  utf8proc_uint8_t buffer[4];
  const utf8proc_ssize_t length = utf8proc_encode_char(code, buffer);
  return std::string(reinterpret_cast<const char*>(buffer), length);
}

bool IsTrimmed(const Char& c) {
  return c.code == kIdeographicSpace ||
         (c.bytes.size() == 1 && absl::ascii_isspace(static_cast<unsigned char>(c.bytes[0])));
}

}  // namespace

// Every value on its way into the database passes here, and most characters are ASCII.
bool IsCleanUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (text.front() > 0) {
      text.remove_prefix(1);
      continue;
    }
    const Char c = Take(text);
    if (c.code == kInvalid || c.code == 0) return false;
  }
  return true;
}

size_t CodePoints(absl::string_view text) {
  size_t count = 0;
  for (; !text.empty(); Take(text)) ++count;
  return count;
}

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Char c = Take(text);
    width += c.code == kInvalid ? 1 : std::max(0, utf8proc_charwidth(c.code));
  }
  return width;
}

std::string Ellipsize(absl::string_view text, size_t max) {
  if (CodePoints(text) <= max) return std::string(text);
  if (max == 0) return "";
  absl::string_view rest = text;
  for (size_t kept = 0; kept + 1 < max; ++kept) Take(rest);
  return absl::StrCat(text.substr(0, text.size() - rest.size()), "…");
}

std::string Trimmed(absl::string_view text) {
  constexpr absl::string_view kWideSpace = "\u3000";
  absl::string_view before;
  do {
    before = text;
    text = absl::StripAsciiWhitespace(text);
    absl::ConsumePrefix(&text, kWideSpace);
    absl::ConsumeSuffix(&text, kWideSpace);
  } while (text != before);
  return std::string(text);
}

std::string NormalizeText(absl::string_view text) {
  std::string result;
  size_t end = 0;  // of the last character that is not space
  while (!text.empty()) {
    const Char c = Take(text);
    const bool space = IsTrimmed(c);
    if (space && result.empty()) continue;
    if (c.code == kIdeographicSpace) {
      result += ' ';
    } else if (c.code >= kFullWidthFirst && c.code <= kFullWidthLast) {
      result += static_cast<char>(c.code - kFullWidthOffset);
    } else {
      absl::StrAppend(&result, c.bytes);
    }
    if (!space) end = result.size();
  }
  result.resize(end);
  return result;
}

std::vector<std::string> SearchTerms(absl::string_view text) {
  std::vector<std::string> terms;
  std::string previous;
  while (!text.empty()) {
    const Char c = Take(text);
    std::string lower =
        c.code == kInvalid ? std::string(c.bytes) : Encode(utf8proc_tolower(c.code));
    if (!previous.empty()) terms.push_back(previous + lower);
    terms.push_back(lower);
    previous = std::move(lower);
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

}  // namespace rectify
