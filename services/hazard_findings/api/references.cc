#include "services/hazard_findings/api/references.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/hazard_findings/store/reference_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::api {
namespace {

constexpr absl::string_view kRegistry = "rectify.venue.v1.VenueRegistry.";
// The caller waits too; a registry that takes longer counts as away.
constexpr absl::Duration kPatience = absl::Seconds(3);

struct RegistryAnswers {
  std::vector<store::Versioned<domain::Venue>> venues;
  std::vector<store::Versioned<domain::Officer>> officers;
  std::vector<store::Versioned<domain::Department>> departments;
  std::vector<store::Versioned<domain::Street>> streets;
  std::vector<std::pair<std::string, std::string>> merges;  // source and target
};

// The registry's events carry the same number, so a copy made here and its events fit together.
int64_t VersionOf(absl::string_view etag) {
  int64_t version = 0;
  absl::ConsumePrefix(&etag, "\"");
  absl::ConsumeSuffix(&etag, "\"");
  return absl::SimpleAtoi(etag, &version) ? version : 0;
}

class Asker {
 public:
  Asker(const rpc::Client& registry, const rpc::Call& call) : registry_(registry) {
    options_.trace = call.trace;
    options_.language = call.language;
    options_.timeout = kPatience;
  }

  absl::Status Venue(const std::string& name, RegistryAnswers& answers) const {
    venue::v1::GetVenueRequest request;
    request.set_name(name);
    auto venue =
        registry_.Unary<venue::v1::Venue>(absl::StrCat(kRegistry, "GetVenue"), request, options_);
    if (absl::IsNotFound(venue.status())) return absl::OkStatus();
    RETURN_IF_ERROR(venue.status());
    domain::Venue copy = {venue->name(), venue->display_name(), venue->street(), std::nullopt};
    // A closed venue changes no more, so its last change is the closing.
    if (venue->state() == venue::v1::Venue::STATE_CLOSED) {
      copy.close_time = rpc::ToTime(venue->update_time());
    }
    answers.venues.push_back({std::move(copy), VersionOf(venue->etag())});
    if (!venue->redirected_from().empty()) answers.merges.push_back({name, venue->name()});
    return absl::OkStatus();
  }

  absl::Status Officer(const std::string& name, RegistryAnswers& answers) const {
    venue::v1::GetOfficerRequest request;
    request.set_name(name);
    auto officer = registry_.Unary<venue::v1::Officer>(absl::StrCat(kRegistry, "GetOfficer"),
                                                       request, options_);
    if (absl::IsNotFound(officer.status())) return absl::OkStatus();
    RETURN_IF_ERROR(officer.status());
    domain::Officer copy = {officer->name(),
                            officer->display_name(),
                            rpc::ToCivilDay(officer->certificate_start()),
                            rpc::ToCivilDay(officer->certificate_end()),
                            rpc::ToCivilDay(officer->post_start()),
                            std::nullopt};
    if (officer->has_post_end()) copy.post_end = rpc::ToCivilDay(officer->post_end());
    answers.officers.push_back({std::move(copy), VersionOf(officer->etag())});
    return absl::OkStatus();
  }

  absl::Status Departments(absl::string_view district, RegistryAnswers& answers) const {
    venue::v1::ListDepartmentsRequest request;
    request.set_parent(absl::StrCat("districts/", district));
    ASSIGN_OR_RETURN(auto list, registry_.Unary<venue::v1::ListDepartmentsResponse>(
                                    absl::StrCat(kRegistry, "ListDepartments"), request, options_));
    for (const venue::v1::Department& department : list.departments()) {
      answers.departments.push_back(
          {{department.name(), department.display_name()}, VersionOf(department.etag())});
    }
    return absl::OkStatus();
  }

  absl::Status Streets(absl::string_view district, RegistryAnswers& answers) const {
    venue::v1::ListStreetsRequest request;
    request.set_parent(absl::StrCat("districts/", district));
    ASSIGN_OR_RETURN(auto list, registry_.Unary<venue::v1::ListStreetsResponse>(
                                    absl::StrCat(kRegistry, "ListStreets"), request, options_));
    for (const venue::v1::Street& street : list.streets()) {
      answers.streets.push_back({{street.name(), street.display_name()}, VersionOf(street.etag())});
    }
    return absl::OkStatus();
  }

 private:
  const rpc::Client& registry_;
  rpc::CallOptions options_;
};

std::vector<std::string> NamesOf(const domain::InspectionDraft& draft) {
  std::set<std::string> names = {draft.venue};
  names.insert(draft.officers.begin(), draft.officers.end());
  for (const domain::FindingDraft& finding : draft.findings) {
    names.insert(finding.transfer_department);
  }
  return {names.begin(), names.end()};
}

}  // namespace

absl::Status CompleteReferences(pg::Pool& pool, const rpc::Client& registry, const rpc::Call& call,
                                absl::string_view district, std::vector<std::string> names) {
  // Names of other districts are no business of this caller; they are refused later.
  const std::string own = absl::StrCat("districts/", district, "/");
  std::erase_if(names, [&](const std::string& name) { return !absl::StartsWith(name, own); });
  if (names.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const std::vector<std::string> unknown,
      pool.TransactValue("hazard.unknown_names",
                         {.access = pg::Access::kReadOnly, .deadline = call.deadline},
                         [&](pg::Tx& tx) { return store::UnknownNames(tx, district, names); }));
  if (unknown.empty()) return absl::OkStatus();

  const Asker asker(registry, call);
  RegistryAnswers answers;
  bool departments = false, streets = false;
  for (const std::string& name : unknown) {
    if (absl::StrContains(name, "/venues/")) {
      RETURN_IF_ERROR(asker.Venue(name, answers));
    } else if (absl::StrContains(name, "/officers/")) {
      RETURN_IF_ERROR(asker.Officer(name, answers));
    } else if (absl::StrContains(name, "/streets/")) {
      streets = true;
    } else {
      departments = true;
    }
  }
  if (departments) RETURN_IF_ERROR(asker.Departments(district, answers));
  if (streets) RETURN_IF_ERROR(asker.Streets(district, answers));
  return pool.Transact("hazard.save_references", {.deadline = call.deadline}, [&](pg::Tx& tx) {
    RETURN_IF_ERROR(store::SaveVenues(tx, answers.venues));
    for (const auto& [source, target] : answers.merges) {
      RETURN_IF_ERROR(store::SaveMerge(tx, source, target));
    }
    RETURN_IF_ERROR(store::SaveOfficers(tx, answers.officers));
    RETURN_IF_ERROR(store::SaveDepartments(tx, answers.departments));
    return store::SaveStreets(tx, answers.streets);
  });
}

absl::Status CompleteReferences(pg::Pool& pool, const rpc::Client& registry, const rpc::Call& call,
                                const domain::InspectionDraft& draft) {
  return CompleteReferences(pool, registry, call, draft.district, NamesOf(draft));
}

}  // namespace rectify::hazard::api
