#include "services/partner_registry/api/login_setup.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/file_check.h"
#include "libs/base/status_macros.h"
#include "libs/outbound/safe_url.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/authz/v1/authz.pb.h"

namespace rectify::partner::api {
namespace {

constexpr int kMostRules = 10'000;
constexpr absl::string_view kVenue = "districts/{district}/venues/{uuid}";
constexpr absl::string_view kPosts[] = {
    "districts/{district}/officers/{uuid}", "districts/{district}/streets/{code}",
    "districts/{district}/departments/{code}", "districts/{district}/posts/{code}"};

bool Matches(absl::string_view pattern, absl::string_view name) {
  return rpc::MatchName(pattern, name, "").ok();
}

bool IsPost(absl::string_view name) {
  return std::any_of(std::begin(kPosts), std::end(kPosts),
                     [&](absl::string_view pattern) { return Matches(pattern, name); });
}

// A name, or the path of a claim inside another (RFC 6901).
bool IsClaim(const std::string& name) {
  if (!absl::StartsWith(name, "/")) return !name.empty();
  try {
    const nlohmann::json::json_pointer path(name);
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

oidc::Provider ToProvider(const v1::LoginSetup& setup, FileCheck& check) {
  check.Require(outbound::IsSafeUrl(setup.issuer()) && !absl::StrContains(setup.issuer(), '?'),
                "issuer", "应为 https 地址（仅本机可用 http）",
                "must be an https address (http on loopback only)");
  check.Require(!setup.client_id().empty(), "client_id", "必填", "is required");
  oidc::Provider provider{setup.issuer(), setup.client_id(), {}};
  check.Require(setup.algorithms_size() > 0, "algorithms", "至少一种", "needs at least one");
  for (int i = 0; i < setup.algorithms_size(); ++i) {
    const auto algorithm = setup.algorithms(i);
    check.Require(algorithm == v1::LoginSetup::ALGORITHM_RS256 ||
                      algorithm == v1::LoginSetup::ALGORITHM_ES256,
                  absl::StrCat("algorithms[", i, "]"), "应为 ALGORITHM_RS256 或 ALGORITHM_ES256",
                  "must be ALGORITHM_RS256 or ALGORITHM_ES256");
    provider.algorithms.insert(algorithm == v1::LoginSetup::ALGORITHM_RS256
                                   ? oidc::Algorithm::kRs256
                                   : oidc::Algorithm::kEs256);
  }
  return provider;
}

// Appends the names that `fits` accepts.
template <typename Fits>
void AddNames(const google::protobuf::RepeatedPtrField<std::string>& names, absl::string_view field,
              absl::string_view forms, Fits fits, domain::LoginRule& rule, FileCheck& check) {
  for (int i = 0; i < names.size(); ++i) {
    check.Require(fits(names[i]), absl::StrCat(field, "[", i, "]"), absl::StrCat("应为 ", forms),
                  absl::StrCat("must be ", forms));
    // What somebody speaks for lies in the district in which the roles count.
    const std::string district = rpc::DistrictOf(names[i]);
    if (rule.district.empty()) rule.district = district;
    check.Require(district == rule.district, absl::StrCat(field, "[", i, "]"),
                  "与本条规则的其他字段不在同一行政区",
                  "is of another district than the rest of the rule");
    rule.posts.push_back(names[i]);
  }
}

domain::LoginRule ToRule(const v1::LoginRule& proto, const std::string& place, FileCheck& check) {
  const auto at = [&](absl::string_view field) { return absl::StrCat(place, ".", field); };
  check.Require(IsClaim(proto.claim()), at("claim"), "应为声明的名称或路径",
                "must be the name or the path of a claim");
  check.Require(!proto.value().empty(), at("value"), "必填", "is required");
  domain::LoginRule rule{proto.claim(), proto.value(), {}, proto.district(), {}};
  for (int i = 0; i < proto.roles_size(); ++i) {
    const authz::v1::Role role = proto.roles(i);
    check.Require(authz::v1::Role_IsValid(role) && role != authz::v1::ROLE_UNSPECIFIED &&
                      role != authz::v1::ROLE_SERVICE,
                  absl::StrCat(at("roles"), "[", i, "]"), "不能分配给人员",
                  "can't be given to people");
    rule.roles.emplace_back(absl::StripPrefix(authz::v1::Role_Name(role), "ROLE_"));
  }
  check.Require(rule.district.empty() || domain::IsDistrict(rule.district), at("district"),
                "应为六位行政区划代码", "must be a district's six digits");
  AddNames(proto.posts(), at("posts"),
           "districts/{district}/{officers,streets,departments,posts}/…", IsPost, rule, check);
  AddNames(
      proto.venues(), at("venues"), kVenue,
      [](absl::string_view name) { return Matches(kVenue, name); }, rule, check);
  check.Require(!rule.roles.empty() || !rule.district.empty(), place, "没有给出任何内容",
                "gives nothing");
  return rule;
}

domain::LoginRules ToRules(const v1::LoginSetup& setup, FileCheck& check) {
  domain::LoginRules rules;
  rules.user_claim = setup.user_claim().empty() ? "sub" : setup.user_claim();
  rules.district_claim = setup.district_claim();
  rules.post_claim = setup.post_claim();
  rules.is_post = [](absl::string_view name) { return IsPost(name) || Matches(kVenue, name); };
  const std::pair<absl::string_view, std::string> claims[] = {
      {"user_claim", rules.user_claim},
      {"district_claim", rules.district_claim},
      {"post_claim", rules.post_claim}};
  for (const auto& [field, claim] : claims) {
    check.Require(claim.empty() || IsClaim(claim), field, "应为声明的名称或路径",
                  "must be the name or the path of a claim");
  }
  check.Require(setup.rules_size() > 0 && setup.rules_size() <= kMostRules, "rules",
                "应有1至10000条", "must be 1 to 10000");
  for (int i = 0; i < std::min(setup.rules_size(), kMostRules); ++i) {
    rules.rules.push_back(ToRule(setup.rules(i), absl::StrCat("rules[", i, "]"), check));
  }
  return rules;
}

}  // namespace

absl::StatusOr<LoginSetup> ReadLoginSetup(const std::string& path) {
  v1::LoginSetup setup;
  RETURN_IF_ERROR(rpc::ReadTextProto(path, setup));
  return CheckLoginSetup(setup, path);
}

absl::StatusOr<LoginSetup> CheckLoginSetup(const v1::LoginSetup& setup, absl::string_view file) {
  FileCheck check(file);
  LoginSetup checked{ToProvider(setup, check), ToRules(setup, check)};
  RETURN_IF_ERROR(check.Result());
  return checked;
}

}  // namespace rectify::partner::api
