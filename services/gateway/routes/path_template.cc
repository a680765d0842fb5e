#include "services/gateway/routes/path_template.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"

namespace rectify::gateway {
namespace {

absl::Status Broken(absl::string_view text) {
  return absl::InternalError(absl::StrCat("not a path template: ", text));
}

}  // namespace

absl::Status PathTemplate::Add(absl::string_view segment) {
  if (segment == "**") {
    const bool second = std::any_of(segments_.begin(), segments_.end(),
                                    [](const Segment& s) { return s.kind == Segment::kRest; });
    if (second) return Broken(text_);
    segments_.push_back({Segment::kRest, ""});
  } else if (segment == "*") {
    segments_.push_back({Segment::kOne, ""});
  } else if (segment.empty() || segment.find_first_of("{}*:=") != absl::string_view::npos) {
    return Broken(text_);
  } else {
    segments_.push_back({Segment::kLiteral, std::string(segment)});
  }
  return absl::OkStatus();
}

absl::StatusOr<PathTemplate> PathTemplate::Parse(absl::string_view text) {
  PathTemplate result;
  result.text_ = std::string(text);
  absl::string_view rest = text;
  const size_t colon = rest.rfind(':');
  if (colon != absl::string_view::npos) {
    result.verb_ = std::string(rest.substr(colon + 1));
    rest = rest.substr(0, colon);
  }
  while (!rest.empty()) {
    if (rest[0] != '/') return Broken(text);
    rest.remove_prefix(1);
    if (!rest.empty() && rest[0] == '{') {
      const size_t end = rest.find('}');
      if (end == absl::string_view::npos) return Broken(text);
      const std::pair<absl::string_view, absl::string_view> variable =
          absl::StrSplit(rest.substr(1, end - 1), absl::MaxSplits('=', 1));
      const size_t first = result.segments_.size();
      const absl::string_view pattern = variable.second.empty() ? "*" : variable.second;
      for (absl::string_view segment : absl::StrSplit(pattern, '/')) {
        RETURN_IF_ERROR(result.Add(segment));
      }
      result.variables_.push_back(
          {std::string(variable.first), first, result.segments_.size() - first});
      rest = rest.substr(end + 1);
    } else {
      const size_t end = std::min(rest.find('/'), rest.size());
      RETURN_IF_ERROR(result.Add(rest.substr(0, end)));
      rest = rest.substr(end);
    }
  }
  if (result.segments_.empty()) return Broken(text);
  return result;
}

std::optional<std::vector<Capture>> PathTemplate::Match(
    const std::vector<std::string>& segments) const {
  if (segments.empty()) return std::nullopt;
  // The path's segments, the last without the verb.
  absl::string_view last = segments.back();
  if (!verb_.empty()) {
    if (!absl::ConsumeSuffix(&last, verb_) || !absl::ConsumeSuffix(&last, ":") || last.empty()) {
      return std::nullopt;
    }
  }
  const size_t size = segments.size();
  const auto at = [&](size_t i) { return i + 1 == size ? last : absl::string_view(segments[i]); };
  // `**` takes what the others leave, at least one.
  const bool has_rest = std::any_of(segments_.begin(), segments_.end(),
                                    [](const Segment& s) { return s.kind == Segment::kRest; });
  if (has_rest ? size < segments_.size() : size != segments_.size()) {
    return std::nullopt;
  }
  const size_t rest = size - segments_.size() + 1;
  std::vector<size_t> starts = {0};  // where each segment of the template lies in the path
  for (const Segment& segment : segments_) {
    const size_t begin = starts.back(), count = segment.kind == Segment::kRest ? rest : 1;
    for (size_t i = begin; i < begin + count; ++i) {
      const bool fits = segment.kind == Segment::kLiteral
                            ? at(i) == segment.literal
                            : at(i).find_first_of("/:") == absl::string_view::npos;
      if (!fits) return std::nullopt;
    }
    starts.push_back(begin + count);
  }
  std::vector<Capture> captures;
  for (const Variable& variable : variables_) {
    std::vector<absl::string_view> parts;
    for (size_t i = starts[variable.first]; i < starts[variable.first + variable.count]; ++i) {
      parts.push_back(at(i));
    }
    captures.emplace_back(variable.field, absl::StrJoin(parts, "/"));
  }
  return captures;
}

std::vector<std::string> PathTemplate::FieldPaths() const {
  std::vector<std::string> paths;
  for (const Variable& variable : variables_) paths.push_back(variable.field);
  return paths;
}

}  // namespace rectify::gateway
