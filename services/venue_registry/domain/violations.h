// Collects everything that is wrong with a value, so that a person corrects it in one go.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"
#include "libs/base/text.h"

namespace rectify::venue::domain {

// How a field is called: its path in the contract, and its name for people, which is also the name
// of its column in import files.
struct Label {
  std::string field, zh, en;
};

class Violations {
 public:
  // The texts continue the field's name: "最多200个字符", "has more than 200 characters".
  void Add(const Label& label, absl::string_view zh, absl::string_view en);
  // Takes over the violations of an error that another check made. The first reason other than
  // INVALID_FIELD becomes the reason of all.
  void Add(const absl::Status& error);
  // The same, without the violations of fields that have one already.
  void AddOther(const absl::Status& error);

  bool empty() const { return violations_.empty(); }
  // INVALID_ARGUMENT with all of them, OK when there are none.
  absl::Status Result() &&;

 private:
  std::string reason_ = "INVALID_FIELD";
  std::vector<FieldViolation> violations_;
};

// Trims `value` and checks that it is clean text of at most `max` code points.
void CheckText(std::string& value, const Label& label, bool required, size_t max,
               Violations& violations);

// Longest names, addresses and reasons, as the contract has them.
inline constexpr size_t kMaxText = 200;

}  // namespace rectify::venue::domain
