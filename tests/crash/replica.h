// A second replica of a service of a TestSystem, in a process of its own that may die.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/rpc/client.h"
#include "libs/rpc/token.h"
#include "libs/service/host.h"
#include "tests/crash/sweep.h"

namespace rectify::crash {

class Replica {
 public:
  // What the other process must know about a running service.
  static Args ArgsOf(const service::Host& host);

  // Serves until the object or the process ends; aborts when it can't.
  Replica(const Args& args, std::vector<pg::Migration> migrations,
          const std::function<absl::Status(service::Host&)>& register_all);
  ~Replica();

  // A client of this replica as somebody of district 120110. Nothing is retried.
  rpc::Client& As(const std::string& user, const std::string& role);

 private:
  std::string address_;
  std::unique_ptr<service::Host> host_;
  std::unique_ptr<rpc::TokenSigner> people_;
  std::map<std::string, std::unique_ptr<rpc::Client>> clients_;
};

}  // namespace rectify::crash
