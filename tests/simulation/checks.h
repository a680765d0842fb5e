// What must hold after every step, whatever went wrong.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "tests/simulation/world.h"

namespace rectify::simulation {

class Checker {
 public:
  explicit Checker(World& world) : world_(world) {}

  // Reports violations to the world. Looks only at what has changed since the last call.
  void Check();
  // No command that a client was told about is missing, unless a fork has undone it. Looks at all.
  void CheckAcks();
  // Looks at all of the reminders.
  void CheckReminders();

 private:
  struct Seen {  // of the source's log, or of one consumer's
    int64_t history = 0;
    size_t size = 0;
  };
  void CheckSource();
  void CheckEvent(const event::v1::EventEnvelope& event);
  void CheckFiltered();
  void CheckStream();
  void CheckConsumer(const Site& site, Seen& seen);

  World& world_;
  // Of the source's present history.
  Seen source_;
  std::map<std::string, int64_t> versions_;
  std::set<std::string> requests_;
  // Each event that was ever committed to a log, and the one before it.
  std::map<std::string, std::string> previous_;
  std::map<std::string, Seen> consumers_;
  int64_t stream_changes_ = 0;
};

}  // namespace rectify::simulation
