// Collects everything that is wrong with a request, so that a person corrects it in one go.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"

namespace rectify::hazard::domain {

class Problems {
 public:
  // The texts continue the field's path: "必填", "is required".
  void Add(absl::string_view field, absl::string_view zh, absl::string_view en,
           absl::string_view reason = "INVALID_FIELD");

  // OK when there are none. Otherwise all of them, with their reason when all have the same one
  // (DISPOSITION_NOT_ALLOWED is FAILED_PRECONDITION, others INVALID_ARGUMENT), else INVALID_FIELD.
  absl::Status Result() &&;

 private:
  std::vector<FieldViolation> violations_;
  std::string reason_;
};

}  // namespace rectify::hazard::domain
