#pragma once

#include <memory>

#include "services/partner_registry/api/context.h"
#include "services/partner_registry/api/webhook_frame.h"

namespace rectify::partner::api {

void RegisterPartners(const std::shared_ptr<const Context>& context);
void RegisterApiKeys(const std::shared_ptr<const Context>& context);
void RegisterAccess(const std::shared_ptr<const Context>& context);
void RegisterLogins(const std::shared_ptr<const Context>& context);
void RegisterWebhooks(const std::shared_ptr<const WebhookContext>& context);

}  // namespace rectify::partner::api
