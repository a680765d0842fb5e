// Values on their way into a statement. Everything travels as text, which PostgreSQL parses
// exactly; statements cast: `$1::uuid`, `$2::timestamptz`, `unnest($3::bytea[])`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rectify::pg {

// Binary data (bytea). Plain strings are text.
struct Bytes {
  std::string data;
};

// One bound value. Text must be clean UTF-8 (no NUL): Tx::Exec answers INVALID_ARGUMENT otherwise,
// because libpqxx would silently cut it.
class Param {
 public:
  Param(std::nullptr_t) {}        // NOLINT(google-explicit-constructor)
  Param(absl::string_view text);  // NOLINT
  Param(const std::string& text) : Param(absl::string_view(text)) {}  // NOLINT
  Param(const char* text) : Param(absl::string_view(text)) {}         // NOLINT
  Param(bool value);                                                  // NOLINT
  Param(int value) : Param(static_cast<int64_t>(value)) {}            // NOLINT
  Param(int64_t value);                                               // NOLINT
  Param(double value);                                                // NOLINT
  Param(absl::Time time);     // NOLINT  microsecond precision
  Param(absl::CivilDay day);  // NOLINT
  Param(const Bytes& bytes);  // NOLINT
  // Arrays, one column of a set of rows each.
  template <typename T>
  Param(const std::vector<T>& values);  // NOLINT
  template <typename T>
  Param(const std::optional<T>& value)  // NOLINT
      : Param(value.has_value() ? Param(*value) : Param(nullptr)) {}

  const std::optional<std::string>& text() const { return text_; }

 private:
  static std::string ArrayLiteral(const std::vector<Param>& elements);
  std::optional<std::string> text_;
};

template <typename T>
Param::Param(const std::vector<T>& values) {
  std::vector<Param> elements;
  elements.reserve(values.size());
  for (const auto& value : values) elements.push_back(Param(static_cast<T>(value)));
  text_ = ArrayLiteral(elements);
}

}  // namespace rectify::pg
