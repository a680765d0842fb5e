// What an adapter is to the gateway: another standard's requests, answered by calls to the
// services. It owns nothing and decides nothing: the calls carry the caller's own token.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "libs/http/message.h"

namespace rectify::gateway {

// Decoded names and values, in the order of the wire.
using NamedValues = std::vector<std::pair<std::string, std::string>>;

// A request to an adapter.
struct Question {
  std::string verb;               // "GET", also of HEAD
  std::string district;           // the segment after the adapter's name: "120110"
  std::vector<std::string> path;  // the segments after it: "v2", "requests.json"
  NamedValues query;
  http::Headers headers;
  std::string body;
  std::string language;  // of error texts: "zh-CN" or "en"
};

// Puts an encoded request to the service of its method, without waiting. `answered` is called once,
// on any thread.
using AskService =
    std::function<void(const google::protobuf::MethodDescriptor& method, const std::string& request,
                       std::function<void(absl::StatusOr<std::string>)> answered)>;

// Constant after its making; thread-safe.
class Adapter {
 public:
  virtual ~Adapter() = default;
  // The first segment of its paths, which is also its name in metrics and logs: "open311".
  virtual const char* name() const = 0;
  // The credential that the request carries as its standard has it, not in a header; "" when none.
  virtual std::string CredentialIn(const Question& /*question*/) const { return ""; }
  // Calls `done` once, on any thread. Errors are answers, too, in the standard's own shape.
  virtual void Answer(const Question& question, AskService ask, http::Respond done) const = 0;
};

}  // namespace rectify::gateway
