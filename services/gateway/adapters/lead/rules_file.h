// Reads the rules of a mapping from its file, protobuf text.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"

namespace rectify::gateway {

// Every mistake of the rules; `file` names them.
template <typename Rules>
using CheckRules = absl::Status (*)(const Rules& rules, absl::string_view file);

// INVALID_ARGUMENT with every mistake.
template <typename Rules>
absl::StatusOr<Rules> ParseRules(absl::string_view text, absl::string_view file,
                                 CheckRules<Rules> check) {
  Rules rules;
  RETURN_IF_ERROR(rpc::ParseTextProto(text, file, rules));
  RETURN_IF_ERROR(check(rules, file));
  return rules;
}

// `built_in` (see rectify_embed) when `path` is empty.
template <typename Rules, typename EmbeddedFile>
absl::StatusOr<Rules> LoadRules(const std::string& path, const EmbeddedFile& built_in,
                                CheckRules<Rules> check) {
  if (path.empty()) {
    return ParseRules({built_in.content.data(), built_in.content.size()},
                      {built_in.name.data(), built_in.name.size()}, check);
  }
  Rules rules;
  RETURN_IF_ERROR(rpc::ReadTextProto(path, rules));
  RETURN_IF_ERROR(check(rules, path));
  return rules;
}

}  // namespace rectify::gateway
