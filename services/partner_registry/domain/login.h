// People who have logged in at the authority's own identity provider: what they are here follows
// from the claims of their login, by rules.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace rectify::partner::domain {

// What one value of a claim gives. Claims are named, or, inside another, by their path ("/a/b").
struct LoginRule {
  std::string claim, value;
  std::vector<std::string> roles;  // without prefix: "INSPECTOR"
  std::string district;            // empty: says nothing
  std::vector<std::string> posts;  // resource names of posts and venues
};

struct LoginRules {
  std::string user_claim;                            // who it is
  std::string district_claim = {}, post_claim = {};  // empty: the rules alone say
  std::vector<LoginRule> rules;
  std::function<bool(absl::string_view name)> is_post;  // whether somebody may speak for it
};

struct Person {
  std::string user;  // "users/li"
  std::vector<std::string> roles;
  std::string district;  // empty for operators only: any
  std::vector<std::string> posts;
};

// Six digits.
bool IsDistrict(absl::string_view code);

// `claims`: of a verified login. PERMISSION_DENIED LOGIN_NOT_ASSIGNED when they give no role, no
// district or more than one, or posts that do not fit.
absl::StatusOr<Person> PersonOf(const LoginRules& rules, const nlohmann::json& claims);

}  // namespace rectify::partner::domain
