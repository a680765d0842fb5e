// The methods of a server, as their contracts describe them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"

namespace rectify::rpc {

using UnaryHandler = std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>(
    const Call&, const google::protobuf::Message&)>;
using GroupHandler = std::function<std::vector<absl::StatusOr<std::string>>(
    const std::vector<Asked<google::protobuf::Message>>&)>;
using StreamHandler = std::function<absl::StatusOr<std::unique_ptr<StreamSession>>(const Call&)>;

// Exactly one is set.
struct Handlers {
  UnaryHandler unary = nullptr;
  GroupHandler group = nullptr;
  StreamHandler stream = nullptr;
};

struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  std::string path;                 // "/package.Service/Method"; gRPC keeps a pointer to it
  std::vector<std::string> any_of;  // role names without prefix
  bool is_public = false;
  // Fields from the request to the resource name; empty: no district check.
  std::vector<const google::protobuf::FieldDescriptor*> resource_path;
  const google::protobuf::Message* request_prototype = nullptr;
  Handlers handlers;

  bool streaming() const {
    return descriptor->client_streaming() || descriptor->server_streaming();
  }
};

struct MethodService {
  std::string name;
  std::vector<const Method*> methods;
};

// Filled before the server starts; constant after.
class MethodTable {
 public:
  // `request` and `response` are null for streams, which learn their types from the contract.
  void Add(absl::string_view name, const google::protobuf::Descriptor* request,
           const google::protobuf::Descriptor* response, Handlers handlers);

  // Checks all methods of all services named; FAILED_PRECONDITION with every fault found.
  absl::StatusOr<std::vector<MethodService>> Resolve();

 private:
  void Check(const google::protobuf::MethodDescriptor& descriptor);

  std::map<std::string, Method> methods_;  // by full name
  std::vector<std::string> faults_;
};

}  // namespace rectify::rpc
