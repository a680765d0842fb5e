#include "services/gateway/adapters/lead/lead_rpc.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/errors.h"
#include "rectify/deadline/v1/deadline_service.pb.h"

namespace rectify::gateway {
namespace {

using deadline::v1::Clock;
using deadline::v1::ListClocksRequest;
using deadline::v1::ListClocksResponse;
using google::protobuf::DescriptorPool;
using hazard::v1::Lead;

constexpr int kPageSize = 500;
constexpr int kMostPages = 4;  // of one kind of clock

template <typename Response>
void Call(const AskService& ask, const std::string& method,
          const google::protobuf::Message& request,
          std::function<void(absl::StatusOr<Response>)> done) {
  const auto* descriptor = DescriptorPool::generated_pool()->FindMethodByName(method);
  ask(*descriptor, request.SerializeAsString(),
      [method, done = std::move(done)](const absl::StatusOr<std::string>& encoded) {
        if (!encoded.ok()) return done(rpc::ForCaller(encoded.status(), method));
        Response response;
        if (response.ParseFromString(*encoded)) return done(std::move(response));
        done(rpc::ForCaller(absl::InternalError("the answer is none of the method"), method));
      });
}

// One filter after another, page by page.
struct ClockSearch : std::enable_shared_from_this<ClockSearch> {
  AskService ask;
  ListClocksRequest request;
  std::vector<std::string> filters;  // still to be asked, the next one last
  std::function<void(DueTimes)> done;
  int pages = 0;
  DueTimes found;

  void AskNext() {
    if (request.page_token().empty()) {
      if (filters.empty()) return done(std::move(found));
      request.set_filter(filters.back());
      filters.pop_back();
      pages = 0;
    }
    Call<ListClocksResponse>(
        ask, "rectify.deadline.v1.RectificationDeadlines.ListClocks", request,
        [self = shared_from_this()](const absl::StatusOr<ListClocksResponse>& page) {
          if (!page.ok()) return self->done({});
          self->Add(*page);
        });
  }

  void Add(const ListClocksResponse& page) {
    for (const Clock& clock : page.clocks()) {
      const absl::Time due = rpc::ToTime(clock.due_time());
      const auto [at, added] = found.emplace(clock.subject(), due);
      if (!added) at->second = std::max(at->second, due);
    }
    request.set_page_token(++pages < kMostPages ? page.next_page_token() : "");
    AskNext();
  }
};

}  // namespace

void CreateLead(const AskService& ask, const hazard::v1::CreateLeadRequest& request,
                LeadAnswer done) {
  Call<Lead>(ask, "rectify.hazard.v1.Leads.CreateLead", request, std::move(done));
}

void GetLead(const AskService& ask, const std::string& name, LeadAnswer done) {
  hazard::v1::GetLeadRequest request;
  request.set_name(name);
  Call<Lead>(ask, "rectify.hazard.v1.Leads.GetLead", request, std::move(done));
}

void ListLeads(const AskService& ask, const hazard::v1::ListLeadsRequest& request, LeadPage done) {
  Call<hazard::v1::ListLeadsResponse>(ask, "rectify.hazard.v1.Leads.ListLeads", request,
                                      std::move(done));
}

void FindDueTimes(const AskService& ask, const std::string& district, const std::string& lead,
                  const std::vector<std::string>& kinds, std::function<void(DueTimes)> done) {
  const auto search = std::make_shared<ClockSearch>();
  search->ask = ask;
  search->request.set_parent(absl::StrCat("districts/", district));
  search->request.set_page_size(kPageSize);
  for (const std::string& kind : kinds) {
    search->filters.push_back(
        absl::StrCat("state = \"RUNNING\" AND kind = \"", kind, "\"",
                     lead.empty() ? "" : absl::StrCat(" AND subject = \"", lead, "\"")));
  }
  search->done = std::move(done);
  search->AskNext();
}

google::protobuf::Timestamp ChangeTimeOf(const Lead& lead) {
  google::protobuf::Timestamp last = lead.receive_time();
  for (const auto* time : {&lead.accept_time(), &lead.verify_time(), &lead.end_time()}) {
    if (rpc::ToTime(*time) > rpc::ToTime(last)) last = *time;
  }
  return last;
}

}  // namespace rectify::gateway
