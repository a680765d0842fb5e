#include "services/gateway/contracts/terms.h"

#include <map>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "services/gateway/contracts/comments.h"

namespace rectify::gateway {
namespace {

// What stands before the words of a comment and is none of them.
constexpr absl::string_view kMarks[] = {"Required. ", "Output only. ", "Immutable. "};

// The first character is Chinese (U+4E00 to U+9FFF).
bool BeginsChinese(absl::string_view text) {
  if (text.size() < 3) return false;
  const auto lead = static_cast<unsigned char>(text[0]);
  const auto next = static_cast<unsigned char>(text[1]);
  return (lead == 0xE4 && next >= 0xB8) || (lead >= 0xE5 && lead <= 0xE9);
}

// Chinese characters and "、" between them; not the number of an article.
bool IsTerm(absl::string_view text) {
  if (!BeginsChinese(text) || absl::StrContains(text, "第")) return false;
  while (!text.empty()) {
    if (!absl::ConsumePrefix(&text, "、")) {
      if (!BeginsChinese(text)) return false;
      text.remove_prefix(3);
    }
  }
  return true;
}

// Up to where the words about it begin.
absl::string_view FirstWords(absl::string_view text) {
  const size_t end = text.find_first_of(".:,;(");
  return absl::StripSuffix(text.substr(0, end), " ");
}

// How often each term of a declaration's siblings is used: by its parent's full name.
using Counts = std::map<std::string, int>;

template <typename Parent, typename Count>
bool IsOneOfMany(const Parent& parent, const std::string& term, const Count& count) {
  static absl::Mutex mutex(absl::kConstInit);
  static auto* const known = new absl::flat_hash_map<std::string, Counts>;
  absl::MutexLock lock(&mutex);
  const auto [counts, added] = known->try_emplace(parent.full_name());
  if (added) count(counts->second);
  return counts->second[term] > 1;
}

}  // namespace

std::string TermIn(absl::string_view comment) {
  for (absl::string_view mark : kMarks) absl::ConsumePrefix(&comment, mark);
  if (BeginsChinese(comment)) return std::string(FirstWords(comment));
  while (true) {
    const size_t begin = comment.find('(');
    if (begin == absl::string_view::npos) return "";
    comment.remove_prefix(begin + 1);
    const absl::string_view inside = comment.substr(0, comment.find(')'));
    const absl::string_view first = FirstWords(inside);
    if (IsTerm(first)) return std::string(first);
  }
}

std::string TermOf(const google::protobuf::Descriptor& message) {
  return TermIn(CommentOf(message));
}

std::string TermOf(const google::protobuf::FieldDescriptor& field) {
  const auto& parent = *field.containing_type();
  const std::string term = TermIn(CommentOf(field));
  const bool shared = IsOneOfMany(parent, term, [&](Counts& counts) {
    for (int i = 0; i < parent.field_count(); ++i) ++counts[TermIn(CommentOf(*parent.field(i)))];
  });
  return shared ? "" : term;
}

std::string TermOf(const google::protobuf::EnumValueDescriptor& value) {
  const auto& type = *value.type();
  const std::string term = TermIn(CommentOf(value));
  const bool shared = IsOneOfMany(type, term, [&](Counts& counts) {
    for (int i = 0; i < type.value_count(); ++i) ++counts[TermIn(CommentOf(*type.value(i)))];
  });
  return shared ? "" : term;
}

}  // namespace rectify::gateway
