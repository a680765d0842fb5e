#pragma once

#include <memory>

#include "services/partner_registry/api/context.h"

namespace rectify::partner::api {

void RegisterPartners(const std::shared_ptr<const Context>& context);
void RegisterApiKeys(const std::shared_ptr<const Context>& context);
void RegisterAccess(const std::shared_ptr<const Context>& context);
void RegisterLogins(const std::shared_ptr<const Context>& context);

}  // namespace rectify::partner::api
