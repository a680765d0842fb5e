#include "libs/rpc/trace.h"

#include <algorithm>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rectify::rpc {
namespace {

constexpr size_t kTraceIdBytes = 16, kSpanIdBytes = 8;

bool IsLowerHex(absl::string_view text, size_t size) {
  return text.size() == size && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Has to be rare, not secret: the system's random numbers cost two system calls.
std::string NewId(size_t bytes) {
  thread_local absl::BitGen random;
  std::string id;
  for (size_t i = 0; i < bytes; i += 8) {
    absl::StrAppend(&id, absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
  }
  return id;
}

}  // namespace

bool IsTraceparent(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  return parts.size() == 4 && parts[0] == "00" && IsLowerHex(parts[1], 2 * kTraceIdBytes) &&
         IsLowerHex(parts[2], 2 * kSpanIdBytes) && IsLowerHex(parts[3], 2);
}

std::string NewTraceparent() {
  return absl::StrCat("00-", NewId(kTraceIdBytes), "-", NewId(kSpanIdBytes), "-01");
}

}  // namespace rectify::rpc
