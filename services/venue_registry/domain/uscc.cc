#include "services/venue_registry/domain/uscc.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/text.h"

namespace rectify::venue::domain {
namespace {

// Without I, O, S, V, Z, which look like digits or each other.
constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr size_t kLength = 18;
constexpr int kModulus = 31;  // the size of the alphabet
constexpr int kBase = 3;      // the weight of the character at i is 3^i mod 31

absl::Status Wrong(absl::string_view zh, absl::string_view en) {
  return FieldError("uscc", {absl::StrCat("统一社会信用代码", zh), absl::StrCat("uscc ", en)},
                    "USCC_INVALID");
}

}  // namespace

absl::StatusOr<std::string> ParseUscc(absl::string_view text) {
  if (!IsCleanUtf8(text)) return Wrong("不是有效的UTF-8文本", "is not valid UTF-8 text");
  const std::string code = absl::AsciiStrToUpper(NormalizeText(text));
  const size_t length = CodePoints(code);
  if (length != kLength) {
    return Wrong(absl::StrCat("应为18位，现为", length, "位"),
                 absl::StrCat("must have 18 characters, has ", length));
  }
  absl::string_view rest = code;
  int sum = 0, weight = 1;
  for (size_t i = 0; i < kLength; ++i, weight = weight * kBase % kModulus) {
    const size_t value = kAlphabet.find(rest[0]);
    if (value == absl::string_view::npos) {
      size_t bytes = 1;
      while (bytes < rest.size() && (static_cast<unsigned char>(rest[bytes]) & 0xC0) == 0x80) {
        ++bytes;
      }
      const absl::string_view character = rest.substr(0, bytes);
      return Wrong(
          absl::StrCat("第", i + 1, "位“", character,
                       "”不可用（只用数字和字母，不含I、O、S、V、Z）"),
          absl::StrCat(
              "has \"", character, "\" at position ", i + 1,
              ", which is not of its alphabet (digits and letters without I, O, S, V, Z)"));
    }
    if (i + 1 < kLength) sum += static_cast<int>(value) * weight;
    rest.remove_prefix(1);
  }
  const char expected = kAlphabet[(kModulus - sum % kModulus) % kModulus];
  if (code.back() != expected) {
    const absl::string_view have(&code.back(), 1), want(&expected, 1);
    return Wrong(absl::StrCat("的校验码应为", want, "，现为", have),
                 absl::StrCat("must have the check character ", want, ", has ", have));
  }
  return code;
}

}  // namespace rectify::venue::domain
