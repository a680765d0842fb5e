// One client's connection: reads a request, lets the handler answer it, and goes on with the next.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "libs/http/connections.h"

namespace rectify::http {

// Serves until the client or the server ends it; `tls` may be nullptr.
boost::asio::awaitable<void> Serve(boost::asio::ip::tcp::socket socket,
                                   std::shared_ptr<boost::asio::ssl::context> tls,
                                   Connections& connections);

}  // namespace rectify::http
