#include "libs/http/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/http/connection.h"
#include "libs/log/log.h"

namespace rectify::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAcceptPause = std::chrono::milliseconds(50);

// "127.0.0.1:8080", "[::1]:8080".
absl::StatusOr<tcp::endpoint> ParseListen(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  uint32_t port = 0;
  error_code error;
  if (colon != std::string::npos && absl::SimpleAtoi(listen.substr(colon + 1), &port) &&
      port <= 65535) {
    std::string host = listen.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    const asio::ip::address address = asio::ip::make_address(host, error);
    if (!error) return tcp::endpoint(address, static_cast<uint16_t>(port));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("cannot listen on ", listen, ": expected ADDRESS:PORT"));
}

// When certificate and key were last changed; the least of all times for one that is not there.
using FileTimes = std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type>;
FileTimes TlsFileTimes(const ServerOptions& options) {
  std::error_code ignored;
  return {std::filesystem::last_write_time(options.tls_cert_file, ignored),
          std::filesystem::last_write_time(options.tls_key_file, ignored)};
}

absl::Status UseFiles(const ServerOptions& options, asio::ssl::context& tls) {
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                  asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                  asio::ssl::context::no_tlsv1_1);
  error_code error;
  tls.use_certificate_chain_file(options.tls_cert_file, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot use the certificate ", options.tls_cert_file, ": ", error.message()));
  }
  tls.use_private_key_file(options.tls_key_file, asio::ssl::context::pem, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot use the key ", options.tls_key_file, ": ", error.message()));
  }
  return absl::OkStatus();
}

}  // namespace

struct Server::Impl {
  ServerOptions options;
  Handler handler;
  std::optional<Connections> connections;
  std::shared_ptr<asio::ssl::context> tls;  // nullptr: plaintext
  FileTimes tls_times;                      // of the files that were read last
  asio::io_context context;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  // On one strand, with all that happens to them.
  std::optional<tcp::acceptor> acceptor;
  std::optional<asio::steady_timer> look;
  bool watching = true;
  int port = 0;
  std::vector<std::thread> threads;

  absl::Status Open() {
    ASSIGN_OR_RETURN(const tcp::endpoint endpoint, ParseListen(options.listen));
    if (!options.tls_cert_file.empty()) {
      RETURN_IF_ERROR(LoadTls());
    } else if (!endpoint.address().is_loopback()) {
      return absl::FailedPreconditionError(
          absl::StrCat("plaintext does not leave the machine: give ", options.listen,
                       " a certificate and a key, or listen on loopback"));
    }
    acceptor.emplace(asio::make_strand(context));
    look.emplace(acceptor->get_executor());
    error_code error;
    acceptor->open(endpoint.protocol(), error);
    if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor->bind(endpoint, error);
    if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (!error) port = acceptor->local_endpoint(error).port();
    if (!error) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.listen, ": ", error.message()));
  }

  // Afresh; on an error what was there stays.
  absl::Status LoadTls() {
    tls_times = TlsFileTimes(options);
    auto fresh = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    RETURN_IF_ERROR(UseFiles(options, *fresh));
    tls = std::move(fresh);
    return absl::OkStatus();
  }

  // Files that were exchanged are for the connections that come from now on.
  void FollowTlsFiles() {
    if (tls == nullptr || TlsFileTimes(options) == tls_times) return;
    if (const absl::Status loaded = LoadTls(); !loaded.ok()) {
      log::Warning("tls_files_not_taken", {{"error", std::string(loaded.message())}});
    }
  }

  asio::awaitable<void> Watch() {
    while (watching) {
      look->expires_after(absl::ToChronoNanoseconds(connections->OverdueLook()));
      error_code ended;
      co_await look->async_wait(asio::redirect_error(asio::use_awaitable, ended));
      connections->EndOverdue();
      FollowTlsFiles();
    }
  }

  asio::awaitable<void> Accept() {
    while (acceptor->is_open()) {
      error_code error;
      tcp::socket socket = co_await acceptor->async_accept(
          asio::make_strand(context), asio::redirect_error(asio::use_awaitable, error));
      if (!error) {
        const auto strand = socket.get_executor();
        asio::co_spawn(strand, Serve(std::move(socket), tls, *connections), asio::detached);
      } else if (error != asio::error::operation_aborted) {
        // Out of file descriptors, as a rule: connections that end make room.
        log::Warning("http_accept_failed", {{"error", error.message()}});
        asio::steady_timer pause(acceptor->get_executor(), kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      }
    }
  }
};

Server::Server() : impl_(std::make_unique<Impl>()) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, Handler handler) {
  std::unique_ptr<Server> server(new Server);
  Impl& impl = *server->impl_;
  impl.options = std::move(options);
  impl.handler = std::move(handler);
  impl.connections.emplace(impl.options, impl.handler);
  RETURN_IF_ERROR(impl.Open());
  impl.work.emplace(impl.context.get_executor());
  asio::co_spawn(impl.acceptor->get_executor(), impl.Accept(), asio::detached);
  asio::co_spawn(impl.acceptor->get_executor(), impl.Watch(), asio::detached);
  for (int i = 0; i < impl.options.threads; ++i) {
    impl.threads.emplace_back([&impl] { impl.context.run(); });
  }
  return server;
}

Server::~Server() { Stop(absl::ZeroDuration()); }

int Server::port() const { return impl_->port; }

void Server::Stop(absl::Duration patience) {
  if (impl_->threads.empty()) return;
  asio::post(impl_->acceptor->get_executor(), [this] {
    error_code ignored;
    impl_->acceptor->close(ignored);
  });
  impl_->connections->EndAll(/*now=*/false);
  if (!impl_->connections->AwaitNone(patience)) {
    impl_->connections->EndAll(/*now=*/true);
    impl_->connections->AwaitNone(absl::InfiniteDuration());
  }
  asio::post(impl_->acceptor->get_executor(), [this] {
    impl_->watching = false;
    impl_->look->cancel();
  });
  impl_->work.reset();
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

}  // namespace rectify::http
