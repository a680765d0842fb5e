// Paths of `google.api.http`: literals, wildcards and what they capture into request fields.
//
//   /v1/{name=districts/*/venues/*}:close      /v1/{subject=districts/**}/auditEntries
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::gateway {

// Field path of the request ("venue.name") and the text for it.
using Capture = std::pair<std::string, std::string>;

class PathTemplate {
 public:
  // INTERNAL for what is no template of that grammar; `**` may stand once.
  static absl::StatusOr<PathTemplate> Parse(absl::string_view text);

  // What the path captures, or nullopt. A segment with a slash in it, encoded, fits no wildcard:
  // joined to a name it would mean something else.
  std::optional<std::vector<Capture>> Match(const std::vector<std::string>& segments) const;

  const std::string& text() const { return text_; }
  std::vector<std::string> FieldPaths() const;

 private:
  struct Segment {
    enum Kind { kLiteral, kOne, kRest } kind;
    std::string literal;
  };
  struct Variable {
    std::string field;
    size_t first, count;  // of the template's segments
  };

  absl::Status Add(absl::string_view segment);

  std::string text_;
  std::vector<Segment> segments_;
  std::vector<Variable> variables_;
  std::string verb_;  // after the last colon, without it
};

}  // namespace rectify::gateway
