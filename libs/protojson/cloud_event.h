// One event as CloudEvents 1.0 in the JSON format, for readers that know events from elsewhere.
// What makes a feed of ours checkable goes along as extension attributes: `position`, `epoch`,
// `prevchain` and `chain` (base64), `aggregateversion`.
#pragma once

#include <string>

#include "rectify/event/v1/event.pb.h"

namespace rectify::protojson {

inline constexpr char kCloudEvent[] = "application/cloudevents+json";

// Its data is the payload as JSON; of a type that this program does not know, the encoded message
// (`data_base64`, application/protobuf).
std::string ToCloudEvent(const event::v1::EventEnvelope& event);

}  // namespace rectify::protojson
