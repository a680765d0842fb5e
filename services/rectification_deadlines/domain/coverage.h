// Nothing falls through: every way that an order can take under a policy is walked, and at each
// step every open finding must have a running clock with an owner. Used by ValidatePolicy().
#pragma once

#include <vector>

#include "libs/base/error.h"
#include "libs/workday/calendar.h"
#include "services/rectification_deadlines/domain/policy.h"

namespace rectify::deadline::domain {

// One text for each kind of gap; none for a policy without gaps.
std::vector<Text> FindGaps(const Policy& policy);

// A calendar without any notice: every date is countable, none is firm.
const workday::Calendar& NoNotices();

}  // namespace rectify::deadline::domain
