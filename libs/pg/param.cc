#include "libs/pg/param.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rectify::pg {
namespace {

// By stretches: what needs an escape is rare.
void AppendEscaped(absl::string_view text, std::string& out) {
  while (!text.empty()) {
    const size_t plain = std::min(text.find_first_of("\"\\"), text.size());
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    out.push_back('\\');
    out.push_back(text.front());
    text.remove_prefix(1);
  }
}

}  // namespace

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
  size_t size = 2;
  for (const Param& element : elements) {
    size += element.text_.has_value() ? element.text_->size() + 3 : 5;
  }
  std::string literal;
  literal.reserve(size + size / 8);  // some room for escapes
  literal.push_back('{');
  for (const Param& element : elements) {
    if (literal.size() > 1) literal.push_back(',');
    if (!element.text_.has_value()) {
      literal.append("NULL");
      continue;
    }
    literal.push_back('"');
    AppendEscaped(*element.text_, literal);
    literal.push_back('"');
  }
  literal.push_back('}');
  return literal;
}

}  // namespace rectify::pg
