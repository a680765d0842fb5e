// Faults of a file that people write, all at once, so that it is mended at once.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"

namespace rectify {

class FileCheck {
 public:
  // `file` names it in the faults.
  explicit FileCheck(absl::string_view file) : file_(file) {}

  void Require(bool holds, absl::string_view place, absl::string_view zh, absl::string_view en) {
    if (holds) return;
    faults_.push_back(
        {std::string(place),
         {absl::StrCat(file_, ": ", place, " ", zh), absl::StrCat(file_, ": ", place, " ", en)}});
  }
  // A name, or a word that must be there once among its kind.
  void RequireNew(std::set<std::string>& known, const std::string& word, absl::string_view place) {
    Require(!word.empty() && known.insert(word).second, place, "为空或者重复",
            "is empty or there twice");
  }

  // OK, or INVALID_ARGUMENT with all faults.
  absl::Status Result() const { return faults_.empty() ? absl::OkStatus() : FieldErrors(faults_); }

 private:
  const std::string file_;
  std::vector<FieldViolation> faults_;
};

}  // namespace rectify
