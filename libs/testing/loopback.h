// Ports of loopback.
#pragma once

#include <utility>

namespace rectify::testing {

// A bound socket, whose caller closes it, and its port.
std::pair<int, int> BindAny();
int FreePort();
// Whether somebody listens there.
bool Answers(int port);

}  // namespace rectify::testing
