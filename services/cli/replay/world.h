// The things of a scenario and the names that the services gave them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/rpc/call.h"
#include "rectify/deadline/v1/order.pb.h"
#include "rectify/hazard/v1/hazard.pb.h"
#include "rectify/scenario/v1/scenario.pb.h"
#include "services/cli/connection.h"

namespace rectify::cli {

class World {
 public:
  // `folder`: where the scenario's venue_csv lies.
  World(const scenario::v1::Scenario& scenario, std::string folder, Connection& connection,
        absl::Duration patience);

  // Streets, departments, officers, venues.
  absl::Status CreateMasterData();

  const std::string& parent() const { return parent_; }
  absl::StatusOr<std::string> Venue(const std::string& key);
  absl::StatusOr<std::string> Officer(const std::string& key) const;
  absl::StatusOr<std::vector<std::string>> Officers(
      const google::protobuf::RepeatedPtrField<std::string>& keys) const;
  // The caller who acts as that officer; any holder of a post's role for approvals.
  absl::StatusOr<rpc::Caller> AsOfficer(const std::string& key) const;
  absl::StatusOr<rpc::Caller> AsOfficerNamed(const std::string& name) const;
  absl::StatusOr<rpc::Caller> AsRole(const std::string& role) const;
  rpc::Caller AsVenueManager(const std::string& venue) const;
  rpc::Caller AsRegistrar() const;
  rpc::Caller AsVisitor(const std::string& code) const;

  // Whom a `caller` of the act `call` names.
  absl::StatusOr<rpc::Caller> AsNamed(absl::string_view caller);
  // The resource name of a reference, see CallMethod.
  absl::StatusOr<std::string> Resolve(absl::string_view reference);
  void RememberResult(const std::string& key, std::string name) { results_[key] = std::move(name); }

  void RememberInspection(const std::string& key, const hazard::v1::Inspection& inspection,
                          std::string handling_officer);
  struct InspectionRecord {
    hazard::v1::Inspection inspection;
    std::vector<std::string> officer_names;
    std::string handling_officer;  // key
  };
  absl::StatusOr<const InspectionRecord*> Inspection(const std::string& key) const;
  // The inspection's orders of a kind (unspecified: all), oldest first, without voided ones.
  absl::StatusOr<std::vector<deadline::v1::Order>> Orders(const std::string& inspection_key,
                                                          deadline::v1::OrderKind kind);

  // Calls as `caller`, waiting for services that are being restarted.
  absl::Status CallInto(const rpc::Caller& caller, const std::string& service,
                        absl::string_view method, const google::protobuf::Message& request,
                        google::protobuf::Message& response);
  template <typename Response>
  absl::StatusOr<Response> Call(const rpc::Caller& caller, const std::string& service,
                                absl::string_view method,
                                const google::protobuf::Message& request) {
    Response response;
    absl::Status status = CallInto(caller, service, method, request, response);
    if (!status.ok()) return status;
    return response;
  }
  // The services that were called since the last time.
  std::set<std::string> TakeTouched() { return std::exchange(touched_, {}); }
  // A request id that belongs to this scenario and step for ever.
  std::string RequestId(absl::string_view step) const;
  std::string ResourceId(absl::string_view step) const;

 private:
  absl::StatusOr<std::string> FindingOf(const std::string& key_and_code);
  absl::Status CreateOfficers();
  absl::Status ImportVenues();
  const scenario::v1::Scenario& scenario_;
  const std::string folder_;
  const std::string parent_;
  Connection& connection_;
  const absl::Duration patience_;
  absl::Time epoch_;
  std::set<std::string> touched_;
  std::map<std::string, std::string> officers_;  // key → name
  std::map<std::string, std::string> roles_;     // key → role
  std::map<std::string, std::string> venues_;    // key → name
  std::map<std::string, InspectionRecord> inspections_;
  std::map<std::string, std::string> results_;  // key → name
};

}  // namespace rectify::cli
