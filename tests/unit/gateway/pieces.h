#pragma once

#include <string>
#include <vector>

#include "libs/http/message.h"

namespace rectify::gateway {

// What the body brings, an error as its message.
inline std::vector<std::string> Drain(http::Pieces& pieces) {
  std::vector<std::string> all;
  for (bool more = true; more;) {
    pieces.Next([&](const http::Pieces::Piece& piece) {
      more = piece.ok() && piece->has_value();
      if (more) all.push_back(**piece);
      if (!piece.ok()) all.emplace_back(piece.status().message());
    });
  }
  return all;
}

}  // namespace rectify::gateway
