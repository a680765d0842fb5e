#include "services/gateway/adapters/lead/form.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/text.h"
#include "services/gateway/transcode/content_type.h"

namespace rectify::gateway {
namespace {

constexpr char kForm[] = "application/x-www-form-urlencoded";
constexpr size_t kMostValues = 1000;

absl::Status BadForm(absl::string_view zh, absl::string_view en) {
  return FieldError("body", {absl::StrCat("表单", zh), absl::StrCat("the form ", en)},
                    "MALFORMED_MESSAGE");
}

// Line breaks stay, so this is not what targets are decoded by.
std::optional<std::string> Decode(absl::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const absl::string_view digits = text.substr(i + 1, 2);
    if (digits.size() < 2 || !absl::ascii_isxdigit(static_cast<unsigned char>(digits[0])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(digits[1]))) {
      return std::nullopt;
    }
    decoded.append(absl::HexStringToBytes(digits));
    i += 2;
  }
  if (!IsCleanUtf8(decoded)) return std::nullopt;
  return decoded;
}

}  // namespace

absl::StatusOr<NamedValues> ParseForm(const http::Headers& headers, absl::string_view body) {
  if (!HasContentType(headers, kForm)) return ContentTypeError(kForm);
  NamedValues values;
  for (absl::string_view part : absl::StrSplit(body, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    std::optional<std::string> name = Decode(pair.first), value = Decode(pair.second);
    if (!name || !value || name->empty()) return BadForm("编码有误", "has a broken encoding");
    if (values.size() == kMostValues) {
      return BadForm(absl::StrCat("超过 ", kMostValues, " 项"),
                     absl::StrCat("has more than ", kMostValues, " values"));
    }
    values.emplace_back(*std::move(name), *std::move(value));
  }
  return values;
}

absl::StatusOr<std::string> OnlyOne(const NamedValues& values, absl::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [each, value] : values) {
    if (each != name) continue;
    if (found != nullptr) {
      return FieldError(name,
                        {absl::StrCat(name, " 出现两次"), absl::StrCat(name, " is there twice")});
    }
    found = &value;
  }
  return found == nullptr ? "" : *found;
}

}  // namespace rectify::gateway
