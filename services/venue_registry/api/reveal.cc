// RevealContacts: the only way to unmasked contacts.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::api {
namespace {

using rectify::events::Change;

constexpr absl::string_view kPatterns[] = {
    "districts/{district}/venues/{uuid}", "districts/{district}/officers/{uuid}",
    "districts/{district}/streets/{code}", "districts/{district}/departments/{code}",
    "districts/{district}/posts/{code}"};

// Codes of posts in `districts/{district}/posts/{code}`.
const std::map<std::string, domain::Post>& Posts() {
  static const auto& posts =
      *new std::map<std::string, domain::Post>{{"inspector", domain::Post::kInspector},
                                               {"department-head", domain::Post::kDepartmentHead},
                                               {"legal-reviewer", domain::Post::kLegalReviewer},
                                               {"chief", domain::Post::kChief}};
  return posts;
}

absl::Status CheckNames(const v1::RevealContactsRequest& request) {
  domain::Violations violations;
  for (int i = 0; i < request.names_size(); ++i) {
    const std::string& name = request.names(i);
    const bool known = std::any_of(std::begin(kPatterns), std::end(kPatterns), [&](auto pattern) {
      return rpc::MatchName(pattern, name, "names").ok();
    });
    if (known && absl::StartsWith(name, request.parent() + "/")) continue;
    violations.Add({absl::StrCat("names[", i, "]"), absl::StrCat("名称", name),
                    absl::StrCat("names[", i, "]")},
                   "应为本区的场所、监督员、街道、部门或岗位",
                   "must be a venue, officer, street, department or post of the district");
  }
  return std::move(violations).Result();
}

v1::RevealedContact Reveal(const std::string& display_name, const domain::Contact& contact) {
  v1::RevealedContact revealed;
  revealed.set_display_name(display_name);
  *revealed.mutable_contact() = ToProto(contact);
  return revealed;
}

// What each name stands for, in the order of the request.
class Answer {
 public:
  Answer(const Context& context, pg::Tx& tx, const v1::RevealContactsRequest& request)
      : context_(context),
        tx_(tx),
        request_(request),
        district_(SplitName(request.parent()).district) {
    for (const std::string& name : request.names()) {
      const NameParts parts = SplitName(name);
      wanted_[parts.collection].push_back(parts.id);
    }
  }

  absl::StatusOr<v1::RevealContactsResponse> Read() {
    RETURN_IF_ERROR(ReadVenues());
    RETURN_IF_ERROR(ReadDesks(domain::DeskKind::kStreet, "streets"));
    RETURN_IF_ERROR(ReadDesks(domain::DeskKind::kDepartment, "departments"));
    RETURN_IF_ERROR(ReadOfficers());
    RETURN_IF_ERROR(ReadPosts());
    v1::RevealContactsResponse response;
    for (const std::string& name : request_.names()) {
      const NameParts parts = SplitName(name);
      for (const v1::RevealedContact& contact : found_[{parts.collection, parts.id}]) {
        *response.add_contacts() = contact;
        response.mutable_contacts()->rbegin()->set_name(name);
      }
    }
    return response;
  }

 private:
  // A merged venue's name means the one that goes on, whose persons answer for it.
  absl::Status ReadVenues() {
    std::map<std::string, std::set<std::string>> asked;  // ids by the venue that answers for them
    for (const std::string& id : wanted_["venues"]) asked[id].insert(id);
    while (!asked.empty()) {
      std::vector<std::string> ids;
      for (const auto& [id, for_whom] : asked) ids.push_back(id);
      ASSIGN_OR_RETURN(std::vector<domain::Venue> venues,
                       context_.venues.Read(tx_, district_, ids, store::Lock::kNone));
      std::map<std::string, std::set<std::string>> merged;
      for (const domain::Venue& venue : venues) {
        if (venue.state == domain::VenueState::kMerged) {
          merged[venue.merged_into].merge(asked[venue.id]);
        } else {
          Add(venue, asked[venue.id]);
        }
      }
      asked = std::move(merged);
    }
    return absl::OkStatus();
  }

  void Add(const domain::Venue& venue, const std::set<std::string>& for_whom) {
    for (const domain::Person& person : venue.fields.persons) {
      v1::RevealedContact revealed = Reveal(person.name, person.contact);
      revealed.set_role(static_cast<v1::PersonRole>(person.role));
      for (const std::string& id : for_whom) found_[{"venues", id}].push_back(revealed);
    }
  }

  absl::Status ReadDesks(domain::DeskKind kind, const std::string& collection) {
    if (wanted_[collection].empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<domain::Desk> desks,
                     context_.desks.Read(tx_, kind, district_, wanted_[collection]));
    for (const domain::Desk& desk : desks) {
      found_[{collection, desk.code}].push_back(Reveal(desk.display_name, desk.contact));
    }
    return absl::OkStatus();
  }

  absl::Status ReadOfficers() {
    if (wanted_["officers"].empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<domain::Officer> officers,
                     context_.officers.Read(tx_, district_, wanted_["officers"]));
    for (const domain::Officer& officer : officers) {
      found_[{"officers", officer.id}].push_back(
          Reveal(officer.fields.display_name, officer.fields.contact));
    }
    return absl::OkStatus();
  }

  absl::Status ReadPosts() {
    std::map<domain::Post, std::string> codes;
    std::vector<domain::Post> posts;
    for (const std::string& code : wanted_["posts"]) {
      const auto post = Posts().find(code);
      if (post == Posts().end() || !codes.emplace(post->second, code).second) continue;
      posts.push_back(post->second);
    }
    if (posts.empty()) return absl::OkStatus();
    const absl::CivilDay today = CivilDayOf(context_.host.clock().Now());
    ASSIGN_OR_RETURN(std::vector<domain::Officer> officers,
                     context_.officers.InPost(tx_, district_, posts, today));
    for (const domain::Officer& officer : officers) {
      found_[{"posts", codes[officer.fields.post]}].push_back(
          Reveal(officer.fields.display_name, officer.fields.contact));
    }
    return absl::OkStatus();
  }

  const Context& context_;
  pg::Tx& tx_;
  const v1::RevealContactsRequest& request_;
  const std::string district_;
  std::map<std::string, std::vector<std::string>> wanted_;  // ids by collection
  std::map<std::pair<std::string, std::string>, std::vector<v1::RevealedContact>> found_;
};

absl::StatusOr<v1::RevealContactsResponse> RevealContacts(
    Context& context, const rpc::Call& call, const v1::RevealContactsRequest& request) {
  RETURN_IF_ERROR(CheckNames(request));
  // Committed before anything is shown, in a transaction that remembers no answer: the answer must
  // not lie in the database in clear text.
  absl::StatusOr<google::protobuf::Empty> audited =
      context.host.commands().Run<google::protobuf::Empty>(
          call, [&](Change& change) -> absl::StatusOr<google::protobuf::Empty> {
            change.Audit({.subject = request.parent(),
                          .related = {request.names().begin(), request.names().end()},
                          .action = "RevealContacts",
                          .summary = absl::StrCat("查看联系方式明文", request.names_size(),
                                                  "项，用途：", request.purpose()),
                          .details = {{"purpose", request.purpose()}}});
            return google::protobuf::Empty();
          });
  RETURN_IF_ERROR(audited.status());
  return context.host.pool().TransactValue(
      "venue.reveal_contacts", ReadOnly(call),
      [&](pg::Tx& tx) { return Answer(context, tx, request).Read(); });
}

}  // namespace

void RegisterReveal(const std::shared_ptr<Context>& context) {
  context->host.server().Unary<v1::RevealContactsRequest, v1::RevealContactsResponse>(
      Method("RevealContacts"), [context](const auto& call, const auto& request) {
        return RevealContacts(*context, call, request);
      });
}

}  // namespace rectify::venue::api
