#include "libs/protojson/cloud_event.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/time_util.h"
#include "libs/protojson/json.h"

namespace rectify::protojson {
namespace {

using event::v1::EventEnvelope;
using Json = nlohmann::ordered_json;

// The payload as JSON, or nullopt when this program does not know its type.
std::optional<Json> PayloadOf(const EventEnvelope& event) {
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(event.type());
  if (type == nullptr) return std::nullopt;
  const absl::StatusOr<std::string> text = ToJson(*type, event.payload());
  if (!text.ok()) return std::nullopt;
  Json payload = Json::parse(*text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (payload.is_discarded()) return std::nullopt;
  return payload;
}

}  // namespace

std::string ToCloudEvent(const EventEnvelope& event) {
  Json json = {{"specversion", "1.0"},
               {"id", absl::StrCat(event.epoch(), "-", event.position())},
               {"source", absl::StrCat("/v1/sources/", event.source(), "/feeds/", event.feed())},
               {"type", event.type()},
               {"subject", event.aggregate()},
               {"time", google::protobuf::util::TimeUtil::ToString(event.occur_time())},
               // Integers of CloudEvents have 32 bits.
               {"position", absl::StrCat(event.position())},
               {"epoch", event.epoch()},
               {"prevchain", absl::Base64Escape(event.prev_chain())},
               {"chain", absl::Base64Escape(event.chain())},
               {"aggregateversion", absl::StrCat(event.aggregate_version())},
               {"actor", event.actor()}};
  if (!event.request_id().empty()) json["requestid"] = event.request_id();
  if (!event.trace().empty()) json["traceparent"] = event.trace();
  if (std::optional<Json> payload = PayloadOf(event); payload.has_value()) {
    json["datacontenttype"] = "application/json";
    json["data"] = *std::move(payload);
  } else {
    json["datacontenttype"] = "application/protobuf";
    json["data_base64"] = absl::Base64Escape(event.payload());
  }
  return json.dump();
}

}  // namespace rectify::protojson
