// A server on a port of its own, and clients that speak raw bytes to it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/http/server.h"
#include "libs/testing/status_matchers.h"

namespace rectify::http {

// A connection that sends what it is told, however wrong.
class Wire {
 public:
  explicit Wire(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;  // NOLINT
    // Only so that a test that fails ends.
    const timeval patience = {20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool connected() const { return connected_; }
  Wire& Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return *this;
  }
  // What comes until `end` is there, or until the server closes.
  std::string Read(absl::string_view end = "") {
    std::string text;
    char piece[4096];
    while (end.empty() || !absl::StrContains(text, end)) {
      const ssize_t read = ::recv(socket_, piece, sizeof piece, 0);
      if (read <= 0) break;
      text.append(piece, static_cast<size_t>(read));
    }
    return text;
  }

 private:
  int socket_;
  bool connected_ = false;
};

inline std::string Get(absl::string_view path, absl::string_view more = "") {
  return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: a\r\n", more, "\r\n");
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    options_.refuse = [](Fault fault) {
      Response response;
      response.status = StatusOf(fault);
      response.body = "refused";
      return response;
    };
  }

  void Start(Handler handler) {
    ASSERT_OK_AND_ASSIGN(server_, Server::Start(options_, std::move(handler)));
  }
  // Answers with what it was asked.
  void StartEcho() {
    Start([](const Request& request, const Respond& respond) {
      Response response;
      response.headers.Add("X-Answer", "yes");
      response.body = absl::StrCat(request.method, " ", request.target, " ",
                                   request.headers.Get("X-Ask"), "<", request.body, ">");
      respond(std::move(response));
    });
  }
  std::string Ask(absl::string_view bytes) { return Wire(server_->port()).Send(bytes).Read(); }

  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

}  // namespace rectify::http
