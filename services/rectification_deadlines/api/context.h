// What every handler may use.
#pragma once

#include <memory>

#include "libs/crypto/crypto.h"
#include "libs/service/host.h"
#include "services/rectification_deadlines/domain/policy.h"
#include "services/rectification_deadlines/events/clock_keeper.h"
#include "services/rectification_deadlines/store/calendar_store.h"
#include "services/rectification_deadlines/store/order_store.h"
#include "services/rectification_deadlines/store/seal_store.h"

namespace rectify::deadline::api {

// Lives as long as the server that calls the handlers; `host` outlives both.
struct Context {
  Context(service::Host& h, domain::Policy p, std::unique_ptr<crypto::FieldCipher> c)
      : host(h), policy(std::move(p)), cipher(std::move(c)) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  service::Host& host;
  const domain::Policy policy;
  const std::unique_ptr<crypto::FieldCipher> cipher;
  store::CalendarStore calendars;
  const store::OrderStore orders{*cipher};
  const store::SealStore seals{*cipher};
  const events::ClockKeeper clocks{policy, calendars};
};

}  // namespace rectify::deadline::api
