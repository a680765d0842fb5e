// Scopes are names of methods, checked against the contracts of this build.
#pragma once

#include "absl/strings/string_view.h"
#include "services/partner_registry/domain/partner.h"

namespace rectify::partner::api {

// A method, or a service with `.*` of which the role may call at least one method.
bool MayCall(domain::Role role, absl::string_view scope);

}  // namespace rectify::partner::api
