// The world outside, as the channels reach it: what was accepted of which message, what the caller
// was told and what he has stored of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::simulation {

struct Provider {
  struct Call {
    bool accepted = false;  // the message has reached its receiver
    bool told = false;      // and the caller knows
    bool settled = false;   // and has stored it
  };

  // Makes a call; a message must not be sent again once it is stored as sent. Returns what is wrong
  // with it, or an empty text.
  std::string Take(const std::string& delivery, bool accept, bool tell);
  // The outcome of a call was stored. A receiver may get a message twice only when nobody can know
  // that he has it: when the reply was lost, or the caller before he could store it.
  std::string Settle(const std::string& delivery, size_t call, bool sent);

  std::map<std::string, std::vector<Call>> calls;  // by delivery
};

}  // namespace rectify::simulation
