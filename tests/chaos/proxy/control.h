// The commands by which a chaos run steers the network.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tests/chaos/proxy/link.h"
#include "tests/chaos/proxy/loop.h"

namespace rectify::chaos {

// One command per line; each is answered by one line, `ok …` or `error …`:
//
//   link NAME PORT UPSTREAM…      listens; ok PORT
//   set NAME up|down|both SHAPE   pass, delay MS [JITTER_MS], stall, drop, throttle BYTES_PER_S,
//   cut BYTES refuse NAME                   refuses new connections until healed reset NAME resets
//   all its connections half-close NAME up|down       ends one direction of all its connections
//   heal NAME                     passes everything again; `*` heals all links
//   connections NAME              ok COUNT
class Control {
 public:
  explicit Control(Loop& loop) : loop_(loop) {}
  std::string Answer(const std::string& line);

 private:
  using Words = std::vector<std::string>;
  absl::StatusOr<std::string> Execute(const Words& words);
  absl::StatusOr<std::string> AddLink(const Words& words);
  absl::Status SetShape(Link& link, const Words& words);
  absl::StatusOr<Link*> Find(const std::string& name);

  Loop& loop_;
  std::map<std::string, std::unique_ptr<Link>> links_;
};

}  // namespace rectify::chaos
