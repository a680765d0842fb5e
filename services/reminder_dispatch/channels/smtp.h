// Mail by SMTP. A connection that breaks after the message was handed over and before the server
// said so counts as a failure, so a mail may arrive twice with the same Message-ID, never not at
// all: SMTP offers no more.
#pragma once

#include <string>

#include "services/reminder_dispatch/channels/channel.h"

namespace rectify::reminder::channels {

class SmtpChannel : public Channel {
 public:
  // `url`: smtp://host:port or smtps://host:port. STARTTLS is used where the server offers it.
  SmtpChannel(std::string url, std::string from) : url_(std::move(url)), from_(std::move(from)) {}

  domain::Attempt Send(const Message& message) override;
  std::string Content(const Message& message) const override { return message.body; }
  std::string Mask(const Message& message) const override;

 private:
  const std::string url_, from_;
};

}  // namespace rectify::reminder::channels
