// The entry of libFuzzer; RECTIFY_FUZZ_TARGET is the function of one target.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rectify::fuzz::RECTIFY_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
