// Domain to contract.
#pragma once

#include "rectify/reminder/v1/reminder.pb.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "services/reminder_dispatch/domain/reminder.h"
#include "services/reminder_dispatch/domain/stand_in.h"

namespace rectify::reminder::api {

v1::Reminder ToProto(const domain::Reminder& reminder);
v1::Delivery ToProto(const domain::Delivery& delivery);
v1::Acknowledgement ToProto(const domain::Acknowledgement& acknowledgement);
v1::Mute ToProto(const domain::Mute& mute);
v1::StandIn ToProto(const domain::StandIn& stand_in);
v1::UnreachableRecipient ToProto(const domain::Unreachable& unreachable);

}  // namespace rectify::reminder::api
