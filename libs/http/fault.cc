#include "libs/http/fault.h"

namespace rectify::http {

int StatusOf(Fault fault) {
  switch (fault) {
    case Fault::kMalformed:
      return 400;
    case Fault::kTooSlow:
      return 408;
    case Fault::kBodyTooLarge:
      return 413;
    case Fault::kEncodedBody:
      return 415;
    case Fault::kHeaderTooLarge:
      return 431;
    case Fault::kOverloaded:
      return 503;
  }
  return 400;
}

absl::Status ToStatus(Fault fault) {
  if (fault == Fault::kBodyTooLarge) return absl::OutOfRangeError("the body is too large");
  if (fault == Fault::kTooSlow) return absl::DeadlineExceededError("the body is too slow");
  return absl::InvalidArgumentError("the body is no HTTP");
}

std::optional<Fault> FaultOf(const absl::Status& no_piece) {
  if (absl::IsOutOfRange(no_piece)) return Fault::kBodyTooLarge;
  if (absl::IsDeadlineExceeded(no_piece)) return Fault::kTooSlow;
  return absl::IsInvalidArgument(no_piece) ? std::optional(Fault::kMalformed) : std::nullopt;
}

}  // namespace rectify::http
