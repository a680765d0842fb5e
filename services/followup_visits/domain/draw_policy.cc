#include "services/followup_visits/domain/draw_policy.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::followup::domain {
namespace {

// The least number that every span divides, so that shares add up without rounding.
constexpr int64_t kWhole = 27720;

template <typename T>
bool Fits(const std::vector<T>& allowed, const T& value) {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

bool IsCode(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

absl::Status Wrong(const std::string& field, const char* zh, const char* en) {
  return FieldError(field, {absl::StrCat(field, " ", zh), absl::StrCat(field, " ", en)});
}

}  // namespace

const StratumRule* DrawPolicy::StratumOf(const PenalisedUnit& unit) const {
  for (const StratumRule& rule : strata) {
    if (Fits(rule.case_kinds, unit.case_kind) && Fits(rule.streets, unit.street)) return &rule;
  }
  return nullptr;
}

absl::Status CheckPolicy(const DrawPolicy& policy) {
  if (policy.span_quarters < 1 || policy.span_quarters > kMaxSpan) {
    return Wrong("span_quarters", "应为1到12", "must be 1 to 12");
  }
  if (policy.visitors_per_unit < 2 || policy.visitors_per_unit > 10) {
    return Wrong("visitors_per_unit", "应为2到10", "must be 2 to 10");
  }
  if (policy.strata.empty()) return Wrong("strata", "必填", "is required");
  std::set<std::string> codes;
  for (size_t i = 0; i < policy.strata.size(); ++i) {
    const StratumRule& rule = policy.strata[i];
    const std::string field = absl::StrCat("strata[", i, "].");
    if (!IsCode(rule.code)) {
      return Wrong(field + "code", "只能用字母、数字、-和_", "takes letters, digits, - and _");
    }
    if (!codes.insert(rule.code).second) return Wrong(field + "code", "重复", "is there twice");
    if (rule.rate_percent < 1 || rule.rate_percent > 100) {
      return Wrong(field + "rate_percent", "应为1到100", "must be 1 to 100");
    }
  }
  return absl::OkStatus();
}

int RateQuota(int rate_percent, int size) {
  return static_cast<int>((static_cast<int64_t>(size) * rate_percent + 99) / 100);
}

int QuotaOf(int rate_percent, const std::vector<int>& remaining) {
  const int64_t size = static_cast<int64_t>(remaining.size());
  const int64_t by_rate = RateQuota(rate_percent, static_cast<int>(size));
  int64_t shares = 0;
  for (int quarters : remaining) shares += kWhole / quarters;
  const int64_t by_span = (shares + kWhole - 1) / kWhole;
  return static_cast<int>(std::min(size, std::max(by_rate, by_span)));
}

}  // namespace rectify::followup::domain
