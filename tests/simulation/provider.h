// The world outside, as the channels reach it: which reminder has reached its receiver, what the
// caller was told and what he has stored of it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rectify::simulation {

class Provider {
 public:
  // Takes a message that carries the reminder; one that is stored as sent must not come again.
  // Returns what is wrong, or an empty text.
  std::string Take(const std::string& reminder, bool accept, bool tell);
  // How many times it has come.
  size_t Count(const std::string& reminder) { return calls_[reminder].size(); }
  // The outcome of its n-th call, from 0, was stored. A receiver may get a reminder twice only when
  // nobody can know that he has it: when the reply was lost, or the caller before he could store
  // it.
  std::string Settle(const std::string& reminder, size_t call, bool sent);

 private:
  struct Call {
    bool accepted = false;  // it has reached its receiver
    bool told = false;      // and the caller knows
    bool settled = false;   // and has stored it
  };
  static bool IsKnown(const Call& call) { return call.accepted && call.told && call.settled; }
  std::map<std::string, std::vector<Call>> calls_;
};

}  // namespace rectify::simulation
