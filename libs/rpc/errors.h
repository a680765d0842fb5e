// absl::Status with ErrorDetail <-> google.rpc.Status in the trailers.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace rectify::rpc {

// How many fields one error names at the most.
inline constexpr size_t kMaxViolations = 20;

// What the caller may see of `status`. Internal errors, and errors without an ErrorDetail, keep
// only their code: the text may quote lower levels, so it goes to the log under metadata `log_id`.
absl::Status ForCaller(const absl::Status& status, absl::string_view method);

// The answer in one language, at most 4 KiB, because trailers share a limit of 8 KiB: what does not
// fit is left out, last violation first. `status` comes from ForCaller.
grpc::Status ToGrpc(const absl::Status& status, absl::string_view language);

// An error as another server of ours sent it; `retry_delay` is zero when it named none.
struct RemoteError {
  absl::Status status;
  absl::Duration retry_delay;
};
RemoteError FromGrpc(const grpc::Status& status);

// The server has no room for the call now.
absl::Status OverloadedError();

// Between half and all of `delay`, so that callers that failed together do not return together.
absl::Duration WithJitter(absl::Duration delay);

}  // namespace rectify::rpc
