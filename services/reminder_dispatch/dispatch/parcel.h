// What goes out as one message: a reminder alone, or a recipient's digest.
#pragma once

#include <vector>

#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/store/dispatch_store.h"

namespace rectify::reminder::dispatch {

struct Work {
  store::Claim claim;
  bool resend = false;  // found `sending`: its dispatcher died between the call and its result
};

// Claims of one recipient and channel, not empty. The first one carries the delivery, the others
// are merged into it.
struct Parcel {
  std::vector<store::Claim> claims;
  bool resend = false;
};

// Packs works in their order: those of one interrupted delivery together again, urgent ones alone,
// all others by recipient and channel with at most as many in one as the policy allows.
std::vector<Parcel> Pack(const std::vector<Work>& works, const domain::Policy& policy);

}  // namespace rectify::reminder::dispatch
