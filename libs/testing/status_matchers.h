// GoogleTest matchers for absl::Status and StatusOr, and for our error reasons.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace rectify::testing {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& value) {
  return value.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).ok();
}

inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
inline constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
inline constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
inline constexpr auto kNotFound = absl::StatusCode::kNotFound;
inline constexpr auto kExists = absl::StatusCode::kAlreadyExists;

// StatusIs(kPrecondition, "ORDER_STATE")
MATCHER_P2(StatusIs, code, reason, "has that code and reason") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code && ReasonOf(GetStatus(arg)) == reason;
}

// The error names this request field.
MATCHER_P(HasViolation, field, "names the field") {
  *result_listener << GetStatus(arg).ToString();
  auto detail = DetailOf(GetStatus(arg));
  if (!detail) return false;
  for (const auto& violation : detail->violations) {
    if (violation.field == field) return true;
  }
  return false;
}

}  // namespace rectify::testing

#define ASSERT_OK(expr) ASSERT_THAT((expr), ::rectify::testing::IsOk())
#define EXPECT_OK(expr) EXPECT_THAT((expr), ::rectify::testing::IsOk())
#define ASSERT_OK_AND_ASSIGN(lhs, expr) \
  ASSERT_OK_AND_ASSIGN_IMPL(RECTIFY_TEST_CONCAT(rectify_value_, __LINE__), lhs, expr)
#define RECTIFY_TEST_CONCAT_INNER(a, b) a##b
#define RECTIFY_TEST_CONCAT(a, b) RECTIFY_TEST_CONCAT_INNER(a, b)
#define ASSERT_OK_AND_ASSIGN_IMPL(value, lhs, expr) \
  auto value = (expr);                              \
  ASSERT_OK(value);                                 \
  lhs = *std::move(value)
