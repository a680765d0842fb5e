#include "libs/pg/param.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rectify::pg {

Param::Param(absl::string_view text) : text_(std::string(text)) {}

Param::Param(bool value) : text_(value ? "t" : "f") {}

Param::Param(int64_t value) : text_(absl::StrCat(value)) {}

// 17 significant digits bring every double back exactly.
Param::Param(double value) : text_(absl::StrFormat("%.17g", value)) {}

Param::Param(absl::Time time) {
  if (time == absl::InfiniteFuture()) {
    text_ = "infinity";
  } else if (time == absl::InfinitePast()) {
    text_ = "-infinity";
  } else {
    text_ = absl::FormatTime("%E4Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone());
  }
}

Param::Param(absl::CivilDay day)
    : text_(absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day())) {}

Param::Param(const Bytes& bytes) : text_(absl::StrCat("\\x", absl::BytesToHexString(bytes.data))) {}

// Every element is quoted, so that commas, braces, blanks and the word NULL need no cases of their
// own.
std::string Param::ArrayLiteral(const std::vector<Param>& elements) {
  std::string literal = "{";
  for (const Param& element : elements) {
    if (literal.size() > 1) literal.push_back(',');
    if (!element.text_.has_value()) {
      literal.append("NULL");
      continue;
    }
    literal.push_back('"');
    for (char c : *element.text_) {
      if (c == '"' || c == '\\') literal.push_back('\\');
      literal.push_back(c);
    }
    literal.push_back('"');
  }
  literal.push_back('}');
  return literal;
}

}  // namespace rectify::pg
