#include "services/gateway/contracts/comments.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rectify/common/v1/error_reason.pb.h"
#include "services/gateway/contracts/contracts.h"

namespace rectify::gateway {
namespace {

// Of the declaration of that name in the pool that keeps comments.
template <typename Found>
std::string CommentOfFound(const Found* found) {
  google::protobuf::SourceLocation location;
  if (found == nullptr || !found->GetSourceLocation(&location)) return "";
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(location.leading_comments, '\n')) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (!text.empty()) lines.emplace_back(text);
  }
  return absl::StrJoin(lines, " ");
}

bool IsWordPart(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// "[FAILED_PRECONDITION] The order is in another state.", maybe behind the heading of a group.
Reason ToReason(const google::protobuf::EnumValueDescriptor& value) {
  constexpr absl::string_view kPrefix = "ERROR_REASON_";
  const std::string comment = CommentOf(value);
  Reason reason = {std::string(absl::StripPrefix(value.name(), kPrefix)), "", comment};
  const size_t begin = comment.find('['), end = comment.find(']');
  if (begin == std::string::npos || end == std::string::npos) return reason;
  reason.code = comment.substr(begin + 1, end - begin - 1);
  reason.meaning = std::string(absl::StripAsciiWhitespace(comment.substr(end + 1)));
  return reason;
}

}  // namespace

std::string CommentOf(const google::protobuf::Descriptor& message) {
  return CommentOfFound(CommentedPool().FindMessageTypeByName(message.full_name()));
}
std::string CommentOf(const google::protobuf::FieldDescriptor& field) {
  return CommentOfFound(CommentedPool().FindFieldByName(field.full_name()));
}
std::string CommentOf(const google::protobuf::EnumDescriptor& type) {
  return CommentOfFound(CommentedPool().FindEnumTypeByName(type.full_name()));
}
std::string CommentOf(const google::protobuf::EnumValueDescriptor& value) {
  return CommentOfFound(CommentedPool().FindEnumValueByName(value.full_name()));
}
std::string CommentOf(const google::protobuf::MethodDescriptor& method) {
  return CommentOfFound(CommentedPool().FindMethodByName(method.full_name()));
}
std::string CommentOf(const google::protobuf::ServiceDescriptor& service) {
  return CommentOfFound(CommentedPool().FindServiceByName(service.full_name()));
}

std::string FirstSentence(absl::string_view text) {
  const size_t end = text.find(". ");
  return std::string(end == absl::string_view::npos ? text : text.substr(0, end + 1));
}

const std::vector<Reason>& AllReasons() {
  static const auto* const kReasons = [] {
    auto* reasons = new std::vector<Reason>;
    const auto& type = *common::v1::ErrorReason_descriptor();
    for (int i = 0; i < type.value_count(); ++i) {
      if (type.value(i)->number() != 0) reasons->push_back(ToReason(*type.value(i)));
    }
    return reasons;
  }();
  return *kReasons;
}

std::vector<Reason> ReasonsIn(absl::string_view comment) {
  const size_t begin = comment.find("Fails with");
  if (begin == absl::string_view::npos) return {};
  const absl::string_view text = comment.substr(begin);
  std::vector<Reason> named;
  for (const Reason& reason : AllReasons()) {
    for (size_t at = text.find(reason.name); at != absl::string_view::npos;
         at = text.find(reason.name, at + 1)) {
      const size_t end = at + reason.name.size();
      const bool whole =
          !IsWordPart(text[at - 1]) && (end == text.size() || !IsWordPart(text[end]));
      if (!whole) continue;
      named.push_back(reason);
      break;
    }
  }
  return named;
}

}  // namespace rectify::gateway
