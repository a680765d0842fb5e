// RETURN_IF_ERROR and ASSIGN_OR_RETURN: Debian's Abseil (20220623) has neither.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define RECTIFY_CONCAT_INNER(a, b) a##b
#define RECTIFY_CONCAT(a, b) RECTIFY_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expr)                                         \
  do {                                                                \
    if (absl::Status rectify_status = (expr); !rectify_status.ok()) { \
      return rectify_status;                                          \
    }                                                                 \
  } while (false)

#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL(RECTIFY_CONCAT(rectify_statusor_, __LINE__), lhs, expr)

#define ASSIGN_OR_RETURN_IMPL(statusor, lhs, expr)         \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = *std::move(statusor)
