// One request until it is answered.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/http/message.h"
#include "libs/rpc/client.h"
#include "services/gateway/adapters/adapters.h"
#include "services/gateway/partners/partner_door.h"
#include "services/gateway/routes/route_table.h"
#include "services/gateway/sheets/export.h"

namespace rectify::gateway {

// What is found out about it is set before the next step of its way begins. One of the answers is
// given, once, on any thread; each is counted and logged here.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(http::Request request, http::Respond respond);

  // What every call for it carries.
  rpc::CallOptions Call() const;

  void Answer(http::Response response);
  void AnswerOrFail(absl::StatusOr<http::Response> response);
  void AnswerAsJson(const absl::StatusOr<std::string>& answer);
  // The first answer tells whether there is anything to send at all.
  void AnswerInPieces(std::shared_ptr<rpc::Arrivals> arrivals);
  void Fail(const absl::Status& status);
  // The body did not come whole.
  void FailWithoutBody(const absl::Status& why);
  void NotAllowed(const std::set<std::string>& allowed);
  // AnswerOrFail, for who is told later.
  std::function<void(absl::StatusOr<http::Response>)> answer();
  // A status of gRPC's own, or an internal one, gets the text that callers may see.
  http::Response Problem(const absl::Status& status) const;

  http::Request request;
  const std::string language;
  std::string token;
  std::optional<Visitor> visitor;  // when a partner's key was shown
  // What is asked for: one of both, or neither of what has no route.
  const Adapter* adapter = nullptr;
  const Route* route = nullptr;
  // In which form.
  bool calendar = false;
  std::optional<SheetForm> sheet;

 private:
  std::string Method() const;
  void Record(int status) const;

  const http::Respond respond_;
  const absl::Time begin_;
};

}  // namespace rectify::gateway
