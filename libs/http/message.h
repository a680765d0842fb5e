// A request and its answer, without the library that reads them from the wire.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::http {

// In the order of the wire; names compare without case.
class Headers {
 public:
  using Entry = std::pair<std::string, std::string>;

  // Control characters are left out: no value ends its line.
  void Add(absl::string_view name, absl::string_view value);
  // Instead of what is there under this name.
  void Set(absl::string_view name, absl::string_view value);
  // The first value, "" when there is none.
  absl::string_view Get(absl::string_view name) const;
  bool Has(absl::string_view name) const;
  int Count(absl::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

// The body of a request that is taken piece by piece. Nothing is read that was not asked for, so a
// slow handler slows its client and fills no memory.
class BodyPieces {
 public:
  using Piece = absl::StatusOr<std::optional<std::string>>;  // nullopt: that was all
  virtual ~BodyPieces() = default;
  // Calls `got` once, now or later, on any thread that it must not hold, with 1 to kPieceBytes
  // bytes. Asked one after another. After an error there is nothing more: see FaultOf in fault.h;
  // CANCELLED when the client has gone, or the request has been answered.
  virtual void Next(std::function<void(Piece)> got) = 0;
  // Calls `given_up` once, now or later, on any thread, when the server ends and has no patience
  // left for the answer: who asks for no piece would not hear of it. Set once.
  virtual void WhenGivenUp(std::function<void()> given_up) = 0;
};
inline constexpr size_t kPieceBytes = 256 << 10;

struct Request {
  std::string method;  // as sent: "GET"
  std::string target;  // path and query as sent: "/v1/venues?page_size=2"
  Headers headers;
  std::string body;    // whole, within the server's limit
  std::string remote;  // "127.0.0.1:40022"
  // Instead of `body`, where ServerOptions::most_in_pieces says so.
  std::shared_ptr<BodyPieces> pieces = {};
};

// A body that is sent piece by piece: its length is not known before, or it goes on for as long as
// the client stays. The next piece is asked for when the one before is on its way, so a slow client
// slows its source and fills no memory.
class Pieces {
 public:
  using Piece = absl::StatusOr<std::optional<std::string>>;  // nullopt: that was all
  virtual ~Pieces() = default;
  // Calls `got` once, now or later, on any thread. An error ends the connection without the mark of
  // a whole body, so that the client sees that something is missing. Asked one after another.
  virtual void Next(std::function<void(Piece)> got) = 0;
  // Called once, on any thread: who waits for the next piece gets the end at once.
  virtual void Cancel() = 0;
  // They never end by themselves, so a server that stops cancels them.
  virtual bool endless() const { return false; }
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<Pieces> pieces = {};  // instead of `body`
};

// Called exactly once, on any thread.
using Respond = std::function<void(Response)>;
// Must not block: it answers now, or later through `respond`. It may answer before it has asked for
// all pieces of a body; the connection then ends after the answer.
using Handler = std::function<void(Request request, Respond respond)>;

}  // namespace rectify::http
