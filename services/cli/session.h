// What every command needs: the connection, the district, the form of the output. A command is a
// function that returns a status; main turns an error into text and an exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/cli/connection.h"
#include "services/cli/output.h"

namespace rectify::cli {

struct Session {
  ConnectionOptions options;
  std::string district = "120110";
  std::string clock;  // "shm:PATH" of the simulated clock
  bool json = false;
  std::unique_ptr<Connection> connection;
  // The command that was chosen on the command line.
  std::function<absl::Status()> run;

  std::string parent() const { return "districts/" + district; }

  template <typename Response>
  absl::StatusOr<Response> Call(const std::string& service, absl::string_view method,
                                const google::protobuf::Message& request) {
    absl::StatusOr<const rpc::Client*> client = connection->Service(service);
    if (!client.ok()) return client.status();
    return (*client)->Unary<Response>(method, request);
  }
};

// A subcommand that sets `session.run`. The pointers that its options write to live in `state`.
template <typename State>
CLI::App* AddCommand(CLI::App& parent, Session& session, const std::string& name,
                     const std::string& help, std::shared_ptr<State> state,
                     std::function<absl::Status(Session&, State&)> run) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->callback([&session, state, run = std::move(run)] {
    session.run = [&session, state, run] { return run(session, *state); };
  });
  return command;
}

}  // namespace rectify::cli
