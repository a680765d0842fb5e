// A letter as a text file, for recipients without an electronic address: somebody prints it.
#pragma once

#include <string>

#include "services/reminder_dispatch/channels/channel.h"

namespace rectify::reminder::channels {

// <outbox>/<yyyy-mm-dd>/<delivery>.txt; written again it is the same file. On disk when Send
// returns.
class FileChannel : public Channel {
 public:
  explicit FileChannel(std::string outbox) : outbox_(std::move(outbox)) {}

  domain::Attempt Send(const Message& message) override;
  std::string Content(const Message& message) const override;
  // The file below the outbox.
  std::string Mask(const Message& message) const override;
  // The same name, the same file.
  bool MayRepeat() const override { return true; }

 private:
  const std::string outbox_;
};

}  // namespace rectify::reminder::channels
