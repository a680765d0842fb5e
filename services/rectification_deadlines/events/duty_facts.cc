#include "services/rectification_deadlines/events/duty_facts.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::deadline::events {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

const FieldDescriptor* DutyField(const Descriptor& type) {
  const FieldDescriptor* field = type.FindFieldByName("duty");
  const bool carries = field != nullptr && !field->is_repeated() &&
                       field->message_type() == common::v1::DutyFacts::descriptor();
  return carries ? field : nullptr;
}

const Descriptor* FindType(const std::string& name) {
  return DescriptorPool::generated_pool()->FindMessageTypeByName(name);
}

}  // namespace

std::optional<common::v1::DutyFacts> DutyOf(const Message& payload) {
  const FieldDescriptor* field = DutyField(*payload.GetDescriptor());
  if (field == nullptr || !payload.GetReflection()->HasField(payload, field)) return std::nullopt;
  common::v1::DutyFacts facts;
  facts.CopyFrom(payload.GetReflection()->GetMessage(payload, field));
  return facts;
}

absl::StatusOr<std::unique_ptr<Message>> ReadAnyPayload(const event::v1::EventEnvelope& envelope) {
  const Descriptor* type = FindType(envelope.type());
  if (type == nullptr) return absl::DataLossError(absl::StrCat("unknown type ", envelope.type()));
  std::unique_ptr<Message> payload(MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!payload->ParseFromString(envelope.payload())) {
    return absl::DataLossError(
        absl::StrCat(envelope.source(), "/", envelope.position(), " is no ", envelope.type()));
  }
  return payload;
}

absl::Status CheckEventTypes(const domain::Policy& policy) {
  std::vector<FieldViolation> violations;
  for (const std::string& name : policy.EventTypes()) {
    const Descriptor* type = FindType(name);
    if (type == nullptr) {
      violations.push_back(
          {"clocks",
           {absl::StrCat("没有事件类型 ", name), absl::StrCat("there is no event type ", name)}});
    } else if (DutyField(*type) == nullptr) {
      violations.push_back({"clocks",
                            {absl::StrCat("事件类型 ", name, " 不带职责 duty"),
                             absl::StrCat("event type ", name, " carries no duty")}});
    }
  }
  if (violations.empty()) return absl::OkStatus();
  return FieldErrors(std::move(violations));
}

}  // namespace rectify::deadline::events
