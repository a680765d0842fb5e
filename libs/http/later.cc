#include "libs/http/later.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

namespace rectify::http {

struct Later::Impl {
  boost::asio::thread_pool pool{1};
};

Later::Later() : impl_(std::make_unique<Impl>()) {}

Later::~Later() {
  impl_->pool.stop();
  impl_->pool.join();
}

void Later::After(absl::Duration delay, std::function<void()> go) {
  auto timer =
      std::make_shared<boost::asio::steady_timer>(impl_->pool, absl::ToChronoNanoseconds(delay));
  timer->async_wait([timer, go = std::move(go)](const boost::system::error_code& error) {
    if (!error) go();
  });
}

}  // namespace rectify::http
