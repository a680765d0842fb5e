#include "libs/http/target.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace rectify::http {
namespace {

absl::Status BadPath(absl::string_view zh, absl::string_view en) {
  return FieldError("path", {absl::StrCat("路径", zh), absl::StrCat("the path ", en)},
                    "INVALID_FIELD");
}

int HexDigit(char c) {
  if (absl::ascii_isdigit(c)) return c - '0';
  return absl::ascii_isxdigit(c) ? absl::ascii_tolower(c) - 'a' + 10 : -1;
}

// nullopt for what is no text: broken encodings, control characters, invalid UTF-8.
std::optional<std::string> Decode(absl::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (absl::ascii_iscntrl(c)) return std::nullopt;
    decoded.push_back(c);
  }
  if (!IsCleanUtf8(decoded)) return std::nullopt;
  return decoded;
}

absl::Status ParsePath(absl::string_view path, Target& target) {
  if (path.empty() || path[0] != '/') return BadPath("须以 / 开头", "must begin with /");
  for (absl::string_view segment : absl::StrSplit(path.substr(1), '/')) {
    std::optional<std::string> decoded = Decode(segment, false);
    if (!decoded) return BadPath("编码有误", "has a broken encoding");
    if (decoded->empty() || *decoded == "." || *decoded == "..") {
      return BadPath("含有空段或 . 或 ..", "has an empty segment, or . or ..");
    }
    target.segments.push_back(*std::move(decoded));
  }
  return absl::OkStatus();
}

absl::Status ParseQuery(absl::string_view query, Target& target) {
  for (absl::string_view part : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    std::optional<std::string> name = Decode(pair.first, true);
    std::optional<std::string> value = Decode(pair.second, true);
    if (!name || !value || name->empty()) {
      return FieldError("query", {"查询参数编码有误", "the query has a broken encoding"});
    }
    target.query.emplace_back(*std::move(name), *std::move(value));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Target> ParseTarget(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('?', 1));
  Target target;
  RETURN_IF_ERROR(ParsePath(parts.first, target));
  RETURN_IF_ERROR(ParseQuery(parts.second, target));
  return target;
}

std::string Encode(absl::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || absl::string_view("-._~").find(c) != absl::string_view::npos) {
      encoded.push_back(c);
    } else {
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return encoded;
}

}  // namespace rectify::http
