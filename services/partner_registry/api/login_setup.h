// Who may log in at which identity provider, as what: read from the operator's file.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/oidc/id_token.h"
#include "rectify/partner/v1/login_setup.pb.h"
#include "services/partner_registry/domain/login.h"

namespace rectify::partner::api {

struct LoginSetup {
  oidc::Provider provider;
  domain::LoginRules rules;
};

// INVALID_ARGUMENT with every fault: file, field, and what is wrong with it.
absl::StatusOr<LoginSetup> ReadLoginSetup(const std::string& path);
// The same of what is read already; `file` names it in the faults.
absl::StatusOr<LoginSetup> CheckLoginSetup(const v1::LoginSetup& setup, absl::string_view file);

}  // namespace rectify::partner::api
