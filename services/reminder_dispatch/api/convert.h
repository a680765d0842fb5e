// Domain to contract.
#pragma once

#include "rectify/reminder/v1/reminder.pb.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::api {

v1::Reminder ToProto(const domain::Reminder& reminder);
v1::Delivery ToProto(const domain::Delivery& delivery);

}  // namespace rectify::reminder::api
