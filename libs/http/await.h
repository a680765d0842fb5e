// Coroutines that wait for what answers by a callback.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace rectify::http {

// What `begin` is given answers once, on a thread of its own choice; the coroutine goes on at
// `executor`.
template <typename Answer, typename Executor, typename Begin>
boost::asio::awaitable<Answer> Await(const Executor& executor, Begin begin) {
  namespace asio = boost::asio;
  return asio::async_initiate<decltype(asio::use_awaitable), void(Answer)>(
      [executor](auto&& waiting, Begin&& asked) {
        using Waiting = std::decay_t<decltype(waiting)>;
        auto shared = std::make_shared<Waiting>(std::forward<decltype(waiting)>(waiting));
        asked([shared, executor](Answer answer) {
          asio::post(executor, [shared, answer = std::move(answer)]() mutable {
            (*shared)(std::move(answer));
          });
        });
      },
      asio::use_awaitable, std::move(begin));
}

}  // namespace rectify::http
