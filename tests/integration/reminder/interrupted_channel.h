#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "services/reminder_dispatch/channels/channel.h"

namespace rectify::reminder {

// Does something else before each call.
class InterruptedChannel : public channels::Channel {
 public:
  InterruptedChannel(std::unique_ptr<channels::Channel> inner, std::function<void()> first)
      : inner_(std::move(inner)), first_(std::move(first)) {}
  domain::Attempt Send(const channels::Message& message) override {
    first_();
    return inner_->Send(message);
  }
  std::string Content(const channels::Message& message) const override {
    return inner_->Content(message);
  }
  std::string Mask(const channels::Message& message) const override {
    return inner_->Mask(message);
  }

 private:
  std::unique_ptr<channels::Channel> inner_;
  std::function<void()> first_;
};

}  // namespace rectify::reminder
