// Standard Get methods: those that wait at the same time are read by one query for each district.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "libs/pg/pool.h"
#include "libs/rpc/resource_name.h"
#include "libs/rpc/server.h"
#include "libs/service/host.h"

namespace rectify::service {

// How a Get reads. `Request` has a name "districts/{district}/{collection}/{id}".
template <typename Request, typename Response>
struct Getter {
  // By id: the present state of those things of a district that need no second look.
  std::function<absl::StatusOr<std::map<std::string, Response>>(
      pg::Tx&, const std::string& district, const std::vector<std::string>& ids)>
      read;
  // What `read` left out, and states of the past: one by one, NOT_FOUND included.
  std::function<absl::StatusOr<Response>(const rpc::Call&, const Request&)> read_one;
};

template <typename Request>
bool AsksForThePast(const Request& request) {
  if constexpr (requires { request.has_as_of(); }) return request.has_as_of();
  return false;
}

// Encoded, by the names asked for; an error counts for all of them.
template <typename Request, typename Response>
absl::StatusOr<std::map<std::string, std::string>> ReadTogether(
    pg::Pool& pool, absl::string_view op, const Getter<Request, Response>& getter,
    const std::vector<rpc::Asked<Request>>& asked) {
  std::map<std::string, std::map<std::string, std::string>> by_district;  // id -> name
  absl::Time deadline = absl::InfinitePast();
  for (const rpc::Asked<Request>& one : asked) {
    const std::string& name = one.request.name();
    if (AsksForThePast(one.request)) continue;
    deadline = std::max(deadline, one.call.deadline);
    by_district[rpc::DistrictOf(name)].emplace(name.substr(name.rfind('/') + 1), name);
  }
  std::map<std::string, std::string> found;
  if (by_district.empty()) return found;
  const pg::TxOptions options = {.access = pg::Access::kReadOnly, .deadline = deadline};
  RETURN_IF_ERROR(pool.Transact(op, options, [&](pg::Tx& tx) -> absl::Status {
    found.clear();
    for (const auto& [district, names] : by_district) {
      std::vector<std::string> ids;
      for (const auto& [id, name] : names) ids.push_back(id);
      ASSIGN_OR_RETURN(const auto things, getter.read(tx, district, ids));
      for (const auto& [id, thing] : things) found[names.at(id)] = thing.SerializeAsString();
    }
    return absl::OkStatus();
  }));
  return found;
}

// `method`: "rectify.venue.v1.VenueRegistry.GetVenue". Outlived by `host`.
template <typename Request, typename Response>
void RegisterGet(Host& host, absl::string_view method, Getter<Request, Response> getter) {
  host.server().Grouped<Request, Response>(
      method, [&host, op = std::string(method),
               getter = std::move(getter)](const std::vector<rpc::Asked<Request>>& asked) {
        std::vector<absl::StatusOr<std::string>> answers;
        const auto together = ReadTogether(host.pool(), op, getter, asked);
        for (const rpc::Asked<Request>& one : asked) {
          if (!together.ok()) {
            answers.push_back(together.status());
            continue;
          }
          const auto found = together->find(one.request.name());
          if (found != together->end() && !AsksForThePast(one.request)) {
            answers.push_back(found->second);
            continue;
          }
          absl::StatusOr<Response> alone = getter.read_one(one.call, one.request);
          if (alone.ok()) {
            answers.push_back(alone->SerializeAsString());
          } else {
            answers.push_back(alone.status());
          }
        }
        return answers;
      });
}

}  // namespace rectify::service
