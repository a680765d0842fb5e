// Events as Redis and the feeds carry them: decoding and the chain.
#include <string>

#include "libs/events/payload.h"
#include "libs/events/protocol.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

std::string Chain(const event::v1::EventEnvelope& event) {
  return events::ChainHash(event.prev_chain(), event.position(), event.epoch(), event.aggregate(),
                           event.aggregate_version(), event.type(), event.payload());
}

// Moves the last byte of one field to the front of the next.
bool MoveByte(std::string& from, std::string& to) {
  if (from.empty()) return false;
  to.insert(to.begin(), from.back());
  from.pop_back();
  return true;
}

}  // namespace

void Envelope(absl::string_view input) {
  event::v1::EventEnvelope event;
  if (!event.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  const std::string chain = Chain(event);
  Require(chain.size() == 32, "a link has 32 bytes");

  event::v1::EventEnvelope moved = event;
  if (MoveByte(*moved.mutable_aggregate(), *moved.mutable_type())) {
    Require(Chain(moved) != chain, "the link knows where the aggregate's name ends");
  }
  moved = event;
  if (MoveByte(*moved.mutable_type(), *moved.mutable_payload())) {
    Require(Chain(moved) != chain, "the link knows where the type ends");
  }
  moved = event;
  moved.set_epoch(event.epoch() + (event.epoch() > 0 ? -1 : 1));
  Require(Chain(moved) != chain, "the link knows the epoch");

  const auto payload = events::ReadPayload<venue::v1::VenueRegistered>(event);
  Require(
      !payload.ok() || payload->has_value() ==
                           (event.type() == venue::v1::VenueRegistered::descriptor()->full_name()),
      "only the type's own payload is read");
}

}  // namespace rectify::fuzz
