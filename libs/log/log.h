// One JSON object per line on stderr (spdlog): time, level, service, event, then the fields given.
// Never log personal data: pass names and counts, not contents. The time is the real one (UTC),
// also under a simulated clock. Thread-safe.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace rectify::log {

// A field value: text or number.
class Value {
 public:
  Value(absl::string_view text);  // NOLINT(google-explicit-constructor)
  Value(const std::string& text) : Value(absl::string_view(text)) {}  // NOLINT
  Value(const char* text) : Value(absl::string_view(text)) {}         // NOLINT
  template <std::integral Number>
  Value(Number number) : json_(std::to_string(number)) {}  // NOLINT
  Value(double number);                                    // NOLINT
  Value(bool value) : json_(value ? "true" : "false") {}   // NOLINT
  const std::string& json() const { return json_; }

 private:
  std::string json_;
};

using Fields = std::initializer_list<std::pair<absl::string_view, Value>>;

// `level`: debug, info, warning, error; anything else is info. Call once at start, before other
// threads log; without it only warnings and errors are written.
void Init(absl::string_view service, absl::string_view level);
void Debug(absl::string_view event, Fields fields = {});
void Info(absl::string_view event, Fields fields = {});
void Warning(absl::string_view event, Fields fields = {});
void Error(absl::string_view event, Fields fields = {});

}  // namespace rectify::log
