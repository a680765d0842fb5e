#include "services/reminder_dispatch/api/convert.h"

#include "absl/strings/escaping.h"
#include "libs/rpc/convert.h"

namespace rectify::reminder::api {

v1::Reminder ToProto(const domain::Reminder& reminder) {
  v1::Reminder proto;
  proto.set_name(reminder.name());
  proto.set_clock(reminder.clock);
  proto.set_subject(reminder.subject);
  proto.set_step(reminder.step);
  proto.set_recipient(reminder.recipient);
  proto.set_channel(static_cast<v1::Channel>(reminder.channel));
  *proto.mutable_due_date() = rpc::ToDate(reminder.due_date);
  *proto.mutable_due_time() = rpc::ToTimestamp(reminder.due_time);
  proto.set_state(static_cast<v1::Reminder::State>(reminder.state));
  proto.set_attempts(reminder.attempts);
  if (reminder.state == domain::State::kPending) {
    *proto.mutable_next_attempt_time() = rpc::ToTimestamp(reminder.not_before);
  }
  proto.set_last_error(reminder.last_error);
  if (!reminder.delivery.empty()) {
    proto.set_delivery(domain::DeliveryName(reminder.district, reminder.delivery));
  }
  if (reminder.settle_time) *proto.mutable_settle_time() = rpc::ToTimestamp(*reminder.settle_time);
  proto.set_title(reminder.title);
  proto.set_venue(reminder.venue);
  proto.set_kind(reminder.kind);
  proto.set_urgent(reminder.urgent);
  proto.set_statutory(reminder.statutory);
  return proto;
}

v1::Delivery ToProto(const domain::Delivery& delivery) {
  v1::Delivery proto;
  proto.set_name(delivery.name());
  proto.set_reminder(delivery.reminder);
  proto.set_channel(static_cast<v1::Channel>(delivery.channel));
  proto.set_address(delivery.address);
  proto.set_body_sha256(absl::BytesToHexString(delivery.body_sha256));
  proto.set_state(static_cast<v1::Delivery::State>(delivery.state));
  proto.set_provider_reply(delivery.provider_reply);
  *proto.mutable_create_time() = rpc::ToTimestamp(delivery.create_time);
  if (delivery.settle_time) *proto.mutable_settle_time() = rpc::ToTimestamp(*delivery.settle_time);
  if (!delivery.original.empty()) {
    proto.set_original(domain::DeliveryName(delivery.district, delivery.original));
  }
  return proto;
}

v1::Acknowledgement ToProto(const domain::Acknowledgement& acknowledgement) {
  v1::Acknowledgement proto;
  proto.set_clock(acknowledgement.clock);
  proto.set_author(acknowledgement.author);
  *proto.mutable_acknowledge_time() = rpc::ToTimestamp(acknowledgement.acknowledge_time);
  *proto.mutable_end_time() = rpc::ToTimestamp(acknowledgement.end_time);
  proto.set_note(acknowledgement.note);
  return proto;
}

v1::Mute ToProto(const domain::Mute& mute) {
  v1::Mute proto;
  proto.set_name(mute.name());
  proto.set_clock(mute.clock);
  proto.set_recipient(mute.recipient);
  proto.set_author(mute.author);
  proto.set_reason(mute.reason);
  *proto.mutable_start_time() = rpc::ToTimestamp(mute.start_time);
  *proto.mutable_end_time() = rpc::ToTimestamp(mute.end_time);
  return proto;
}

v1::StandIn ToProto(const domain::StandIn& stand_in) {
  v1::StandIn proto;
  proto.set_name(stand_in.name());
  proto.set_recipient(stand_in.recipient);
  proto.set_deputy(stand_in.deputy);
  proto.set_author(stand_in.author);
  proto.set_reason(stand_in.reason);
  *proto.mutable_start_time() = rpc::ToTimestamp(stand_in.start_time);
  *proto.mutable_end_time() = rpc::ToTimestamp(stand_in.end_time);
  return proto;
}

v1::UnreachableRecipient ToProto(const domain::Unreachable& unreachable) {
  v1::UnreachableRecipient proto;
  proto.set_recipient(unreachable.recipient);
  proto.set_reason(unreachable.reason);
  *proto.mutable_since_time() = rpc::ToTimestamp(unreachable.since_time);
  *proto.mutable_next_due_time() = rpc::ToTimestamp(unreachable.next_due_time);
  proto.set_reminders(unreachable.reminders);
  return proto;
}

}  // namespace rectify::reminder::api
