// How a process is told to end.
#pragma once

#include <csignal>

namespace rectify {

// Call first in main, before any thread: all threads inherit the block, so that only sigwait on
// what is returned sees SIGTERM and SIGINT. A peer that closes a socket no longer kills the
// process.
sigset_t BlockStopSignals();

}  // namespace rectify
