#include "libs/http/message.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace rectify::http {

void Headers::Add(absl::string_view name, absl::string_view value) {
  Entry& entry = entries_.emplace_back(name, value);
  for (std::string* text : {&entry.first, &entry.second}) {
    std::erase_if(*text, [](unsigned char c) { return absl::ascii_iscntrl(c) && c != '\t'; });
  }
}

void Headers::Set(absl::string_view name, absl::string_view value) {
  std::erase_if(entries_,
                [&](const Entry& entry) { return absl::EqualsIgnoreCase(entry.first, name); });
  Add(name, value);
}

absl::string_view Headers::Get(absl::string_view name) const {
  for (const Entry& entry : entries_) {
    if (absl::EqualsIgnoreCase(entry.first, name)) return entry.second;
  }
  return {};
}

bool Headers::Has(absl::string_view name) const { return Count(name) > 0; }

int Headers::Count(absl::string_view name) const {
  return static_cast<int>(std::count_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return absl::EqualsIgnoreCase(entry.first, name);
  }));
}

}  // namespace rectify::http
