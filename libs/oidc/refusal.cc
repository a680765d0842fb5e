#include "libs/oidc/refusal.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace rectify::oidc {

absl::Status InvalidToken(absl::string_view cause, const Text& text) {
  return MakeError(absl::StatusCode::kUnauthenticated,
                   {.reason = "ID_TOKEN_INVALID",
                    .text = {absl::StrCat("登录凭证（ID token）无效：", text.zh),
                             absl::StrCat("the ID token is not valid: ", text.en)},
                    .metadata = {{"cause", std::string(cause)}},
                    .violations = {}});
}

absl::Status KeysUnavailable() {
  return MakeError(absl::StatusCode::kUnavailable,
                   {.reason = "LOGIN_UNAVAILABLE",
                    .text = {"暂时无法取得统一身份认证的公钥，请稍后重试",
                             "the keys of the identity provider can't be had now, try again later"},
                    .metadata = {},
                    .violations = {}});
}

}  // namespace rectify::oidc
