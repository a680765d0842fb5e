// What is wrong with a request before, or while, anybody handles it.
#pragma once

#include <optional>

#include "absl/status/status.h"

namespace rectify::http {

// Why the server answers itself instead of the handler; the connection ends after it. Of a body
// that is taken in pieces the handler is told, and answers.
enum class Fault {
  kMalformed,       // 400: not HTTP, or two lengths, or a header that can't be
  kTooSlow,         // 408: a piece of a body was not there in time
  kBodyTooLarge,    // 413
  kEncodedBody,     // 415: Content-Encoding: what is sent compressed may unpack to anything
  kHeaderTooLarge,  // 431
  kOverloaded,      // 503: as many connections as may be
};

int StatusOf(Fault fault);

// Why there is no next piece of a request's body: OUT_OF_RANGE for one that is too large,
// DEADLINE_EXCEEDED for one that is too slow, INVALID_ARGUMENT for what is no HTTP.
absl::Status ToStatus(Fault fault);
// nullopt: nothing is wrong with it, its client has gone.
std::optional<Fault> FaultOf(const absl::Status& no_piece);

}  // namespace rectify::http
