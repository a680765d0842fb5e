// W3C Trace Context, version 00: "00-<32 hex>-<16 hex>-<2 hex>".
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rectify::rpc {

bool IsTraceparent(absl::string_view text);
std::string NewTraceparent();

}  // namespace rectify::rpc
