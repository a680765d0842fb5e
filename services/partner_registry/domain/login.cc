#include "services/partner_registry/domain/login.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace rectify::partner::domain {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostUserBytes = 100;
// A token has to fit into the header of every call.
constexpr size_t kMostPosts = 50;
constexpr absl::string_view kOperator = "OPERATOR";

absl::Status NotAssigned(std::string zh, std::string en) {
  return MakeError(absl::StatusCode::kPermissionDenied, {.reason = "LOGIN_NOT_ASSIGNED",
                                                         .text = {std::move(zh), std::move(en)},
                                                         .metadata = {},
                                                         .violations = {}});
}

// nullptr when there is none. It lives as long as the claims.
const Json* ClaimOf(const Json& claims, const std::string& name) {
  if (!absl::StartsWith(name, "/")) {
    const auto claim = claims.find(name);
    return claim == claims.end() ? nullptr : &*claim;
  }
  const Json::json_pointer path(name);
  return claims.contains(path) ? &claims.at(path) : nullptr;
}

// The texts of a claim: one, those of a list, or none. They live as long as the claims.
std::vector<absl::string_view> TextsOf(const Json& claims, const std::string& name) {
  const Json* found = ClaimOf(claims, name);
  std::vector<absl::string_view> texts;
  const auto add = [&](const Json& value) {
    if (value.is_string()) texts.emplace_back(value.get_ref<const std::string&>());
  };
  if (found == nullptr) return texts;
  if (!found->is_array()) add(*found);
  if (found->is_array()) std::for_each(found->begin(), found->end(), add);
  return texts;
}

// What narrows somebody's rights must not be passed over because it is a number.
absl::Status CheckTexts(const Json& claims, const std::string& name) {
  const Json* found = ClaimOf(claims, name);
  const auto is_text = [](const Json& value) { return value.is_string(); };
  if (found == nullptr || found->is_null() || found->is_string() ||
      (found->is_array() && std::all_of(found->begin(), found->end(), is_text))) {
    return absl::OkStatus();
  }
  return NotAssigned(absl::StrCat("登录信息的 ", name, " 不是文本"),
                     absl::StrCat(name, " of the login is no text"));
}

bool Fits(const LoginRule& rule, const Json& claims) {
  const std::vector<absl::string_view> texts = TextsOf(claims, rule.claim);
  return std::find(texts.begin(), texts.end(), rule.value) != texts.end();
}

bool IsUserId(absl::string_view id) {
  return !id.empty() && id.size() <= kMostUserBytes && IsCleanUtf8(id) &&
         std::none_of(id.begin(), id.end(), [](unsigned char c) {
           return c == '/' || absl::ascii_isspace(c) || absl::ascii_iscntrl(c);
         });
}

absl::StatusOr<std::string> UserOf(const LoginRules& rules, const Json& claims) {
  const std::vector<absl::string_view> texts = TextsOf(claims, rules.user_claim);
  if (texts.size() == 1 && IsUserId(texts[0])) return absl::StrCat("users/", texts[0]);
  return NotAssigned(absl::StrCat("登录信息的 ", rules.user_claim, " 不能作为用户名"),
                     absl::StrCat(rules.user_claim, " of the login can't be a user's name"));
}

// What the claims give, before it is known to go together.
struct Given {
  std::set<std::string> roles, districts, posts;

  void Add(const LoginRule& rule) {
    roles.insert(rule.roles.begin(), rule.roles.end());
    if (!rule.district.empty()) districts.insert(rule.district);
    posts.insert(rule.posts.begin(), rule.posts.end());
  }
};

absl::Status AddClaims(const LoginRules& rules, const Json& claims, Given& given) {
  if (!rules.district_claim.empty()) {
    RETURN_IF_ERROR(CheckTexts(claims, rules.district_claim));
    for (absl::string_view district : TextsOf(claims, rules.district_claim)) {
      if (!IsDistrict(district)) {
        return NotAssigned(absl::StrCat("登录信息的 ", rules.district_claim, " 不是行政区划代码"),
                           absl::StrCat(rules.district_claim, " of the login is no district"));
      }
      given.districts.emplace(district);
    }
  }
  if (rules.post_claim.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckTexts(claims, rules.post_claim));
  for (absl::string_view post : TextsOf(claims, rules.post_claim)) {
    if (!rules.is_post(post)) {
      return NotAssigned(
          absl::StrCat("登录信息的 ", rules.post_claim, " 含有不是岗位或单位的资源名"),
          absl::StrCat(rules.post_claim, " of the login names something that is no post or venue"));
    }
    given.posts.emplace(post);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> DistrictOf(const LoginRules& rules, const Given& given) {
  if (given.districts.size() > 1) {
    return NotAssigned("登录信息对应多个行政区，请联系管理员",
                       "the login belongs to several districts, tell your administrator");
  }
  if (!given.districts.empty()) return *given.districts.begin();
  // Without a district, an operator may look everywhere, unless it is the login that should have
  // told where; nobody else may do anything anywhere.
  if (rules.district_claim.empty() && given.roles.size() == 1 &&
      *given.roles.begin() == kOperator && given.posts.empty()) {
    return std::string();
  }
  return NotAssigned("登录信息没有对应的行政区，请联系管理员",
                     "the login belongs to no district, tell your administrator");
}

}  // namespace

bool IsDistrict(absl::string_view code) {
  return code.size() == 6 && std::all_of(code.begin(), code.end(),
                                         [](unsigned char c) { return absl::ascii_isdigit(c); });
}

absl::StatusOr<Person> PersonOf(const LoginRules& rules, const Json& claims) {
  Person person;
  ASSIGN_OR_RETURN(person.user, UserOf(rules, claims));
  Given given;
  for (const LoginRule& rule : rules.rules) {
    if (Fits(rule, claims)) given.Add(rule);
  }
  RETURN_IF_ERROR(AddClaims(rules, claims, given));
  if (given.roles.empty()) {
    return NotAssigned("登录成功，但没有分配岗位，请联系管理员",
                       "logged in, but no role is assigned, tell your administrator");
  }
  ASSIGN_OR_RETURN(person.district, DistrictOf(rules, given));
  const std::string prefix = absl::StrCat("districts/", person.district, "/");
  if (given.posts.size() > kMostPosts ||
      !std::all_of(given.posts.begin(), given.posts.end(),
                   [&](const std::string& post) { return absl::StartsWith(post, prefix); })) {
    return NotAssigned(
        absl::StrCat("登录信息对应的岗位多于", kMostPosts, "个，或者不在同一行政区"),
        absl::StrCat("the login has more than ", kMostPosts, " posts, or one in another district"));
  }
  person.roles = {given.roles.begin(), given.roles.end()};
  person.posts = {given.posts.begin(), given.posts.end()};
  return person;
}

}  // namespace rectify::partner::domain
