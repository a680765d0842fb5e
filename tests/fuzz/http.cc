// The gateway's way from a request of HTTP to a message, or to the two of a file. Input: "VERB
// TARGET", a line end, the body.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/field_comparator.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/error.h"
#include "libs/http/target.h"
#include "services/gateway/routes/route_table.h"
#include "services/gateway/transcode/request.h"
#include "services/gateway/transcode/upload.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

const gateway::RouteTable& Routes() {
  static const auto* const kRoutes = new gateway::RouteTable(
      *gateway::RouteTable::Create({"venue", "hazard", "deadline", "reminder", "followup"}));
  return *kRoutes;
}

void RequireFieldNamed(const absl::Status& status) {
  const auto detail = DetailOf(status);
  Require(status.code() == absl::StatusCode::kInvalidArgument && detail &&
              !detail->violations.empty() && !detail->violations[0].field.empty(),
          "a refusal names what is wrong");
}

bool Same(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  google::protobuf::util::DefaultFieldComparator comparator;
  comparator.set_treat_nan_as_equal(true);
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_field_comparator(&comparator);
  return differencer.Compare(a, b);
}

void WriteAndReadAgain(const http::Target& target) {
  std::string text;
  for (const std::string& segment : target.segments) {
    absl::StrAppend(&text, "/", http::Encode(segment));
  }
  const auto pairs = [](std::string* out, const auto& pair) {
    absl::StrAppend(out, http::Encode(pair.first), "=", http::Encode(pair.second));
  };
  absl::StrAppend(&text, "?", absl::StrJoin(target.query, "&", pairs));
  const auto again = http::ParseTarget(text);
  Require(again.ok() && again->segments == target.segments && again->query == target.query,
          "what was read can be written and read");
}

void RequireChunk(const gateway::Route& route, absl::string_view body) {
  const auto* type = route.method->input_type();
  const std::unique_ptr<google::protobuf::Message> chunk(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  Require(chunk->ParseFromString(gateway::ToChunk(route, std::string(body))) &&
              chunk->GetReflection()->GetString(*chunk, type->FindFieldByName(route.body)) == body,
          "a piece of a file arrives as it was");
}

}  // namespace

void Http(absl::string_view input) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(input, absl::MaxSplits('\n', 1));
  const std::pair<absl::string_view, absl::string_view> line =
      absl::StrSplit(parts.first, absl::MaxSplits(' ', 1));
  const auto target = http::ParseTarget(line.second);
  if (!target.ok()) return RequireFieldNamed(target.status());
  WriteAndReadAgain(*target);
  const gateway::Found found = Routes().Find(line.first, target->segments);
  if (found.route == nullptr) return;
  const bool file = gateway::TakesFile(*found.route);
  if (file) RequireChunk(*found.route, parts.second);
  const auto request = gateway::BuildRequest(*found.route, found.captures, target->query,
                                             file ? absl::string_view() : parts.second);
  if (!request.ok()) return RequireFieldNamed(request.status());
  const std::unique_ptr<google::protobuf::Message> again((*request)->New());
  Require(again->ParseFromString((*request)->SerializeAsString()) && Same(**request, *again),
          "a message that was built survives the wire");
}

}  // namespace rectify::fuzz
