// What the fuzzers feed: readers of text and bytes that come from outside. Each target takes any
// input and throws Broken when the reader breaks a promise of its header. libFuzzer runs one target
// per program (run_target.cc); the ordinary tests run each over its kept corpus (corpus_test.cc).
#pragma once

#include <stdexcept>

#include "absl/strings/string_view.h"

namespace rectify::fuzz {

void Adapters(absl::string_view input);
void Csv(absl::string_view input);
void Rows(absl::string_view input);
void Sheet(absl::string_view input);
void Filter(absl::string_view input);
void Names(absl::string_view input);
void Envelope(absl::string_view input);
void Calendar(absl::string_view input);
void Policy(absl::string_view input);
void Token(absl::string_view input);
void Login(absl::string_view input);
void Http(absl::string_view input);

struct Target {
  const char* name;  // of the program fuzz_NAME and the folder corpus/NAME
  void (*run)(absl::string_view);
};

class Broken : public std::logic_error {
  using std::logic_error::logic_error;
};

inline void Require(bool holds, const char* promise) {
  if (!holds) throw Broken(promise);
}

}  // namespace rectify::fuzz
