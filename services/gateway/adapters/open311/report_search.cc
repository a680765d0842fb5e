#include "services/gateway/adapters/open311/report_search.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "services/gateway/adapters/lead/form.h"
#include "services/gateway/adapters/lead/lead_rpc.h"
#include "services/gateway/adapters/lead/local_time.h"

namespace rectify::gateway::open311 {
namespace {

using hazard::v1::Lead;
using hazard::v1::ListLeadsResponse;

constexpr int kPageSize = 500, kMostPages = 20;

std::vector<std::string> Several(const std::string& text) {
  return absl::StrSplit(text, ',', absl::SkipWhitespace());
}

absl::Status ParseStatuses(const std::string& text, ReportQuery& query) {
  if (text.empty()) return absl::OkStatus();
  query.open = query.closed = false;
  for (const std::string& status : Several(text)) {
    if (status == "open") {
      query.open = true;
    } else if (status == "closed") {
      query.closed = true;
    } else {
      return FieldError("status", {"status 须为 open 或 closed", "status must be open or closed"});
    }
  }
  return absl::OkStatus();
}

absl::Status TooMany() {
  return FieldError("start_date",
                    {"需要查看的报告过多，请写明较近的 start_date",
                     "too many reports would have to be looked at, give a later start_date"});
}

struct Search : std::enable_shared_from_this<Search> {
  AskService ask;
  const Mapping* mapping;
  std::string district;
  ReportQuery query;
  std::function<void(absl::StatusOr<Leads>)> done;
  Leads found;
  hazard::v1::ListLeadsRequest request;
  int pages = 0;
  size_t next_id = 0;

  bool IsOurs(const Lead& lead) const { return lead.source() == mapping->rules().source(); }

  // ---- By id

  void AskNextId() {
    if (next_id == query.ids.size()) return done(std::move(found));
    const std::string& id = query.ids[next_id++];
    if (!IsUuid(id)) return AskNextId();
    GetLead(ask, LeadName(district, id),
            [self = shared_from_this()](const absl::StatusOr<Lead>& lead) {
              if (!lead.ok() && !absl::IsNotFound(lead.status())) return self->done(lead.status());
              if (lead.ok() && self->IsOurs(*lead)) self->found.push_back(*lead);
              self->AskNextId();
            });
  }

  // ---- By page

  void AskFirstPage() {
    request.set_parent(absl::StrCat("districts/", district));
    request.set_page_size(kPageSize);
    request.set_filter(
        absl::StrCat("source = \"", Lead::Source_Name(mapping->rules().source()), "\""));
    if (query.codes.size() == 1) {
      const v1::Open311Service& service = *mapping->FindService(*query.codes.begin());
      absl::StrAppend(request.mutable_filter(), " AND category = \"",
                      Lead::Category_Name(service.category()), "\"");
    }
    AskPage();
  }

  void AskPage() {
    ListLeads(ask, request, [self = shared_from_this()](absl::StatusOr<ListLeadsResponse> page) {
      if (!page.ok()) return self->done(page.status());
      self->Add(*std::move(page));
    });
  }

  void Add(ListLeadsResponse page) {
    for (Lead& lead : *page.mutable_leads()) {
      if (rpc::ToTime(lead.receive_time()) < query.start || found.size() == kMostReports) {
        return done(std::move(found));
      }
      if (Fits(lead)) found.push_back(std::move(lead));
    }
    if (page.next_page_token().empty()) return done(std::move(found));
    if (++pages == kMostPages) return done(TooMany());
    request.set_page_token(page.next_page_token());
    AskPage();
  }

  bool Fits(const Lead& lead) const {
    const std::string& code = mapping->ServiceOf(lead.category()).code();
    return rpc::ToTime(lead.receive_time()) <= query.end &&
           (mapping->IsClosed(lead) ? query.closed : query.open) &&
           (query.codes.empty() || query.codes.contains(code));
  }
};

}  // namespace

absl::StatusOr<ReportQuery> ParseReportQuery(const NamedValues& values, const Mapping& mapping) {
  ReportQuery query;
  ASSIGN_OR_RETURN(const std::string ids, OnlyOne(values, "service_request_id"));
  query.ids = Several(ids);
  if (query.ids.size() > kMostIds) {
    return FieldError("service_request_id", {absl::StrCat("一次最多 ", kMostIds, " 个"),
                                             absl::StrCat("has more than ", kMostIds)});
  }
  if (!query.ids.empty()) return query;
  ASSIGN_OR_RETURN(const std::string codes, OnlyOne(values, "service_code"));
  for (const std::string& code : Several(codes)) {
    if (mapping.FindService(code) == nullptr) {
      return NotFoundError(absl::StrCat("service_code ", code));
    }
    query.codes.insert(code);
  }
  ASSIGN_OR_RETURN(const std::string status, OnlyOne(values, "status"));
  RETURN_IF_ERROR(ParseStatuses(status, query));
  ASSIGN_OR_RETURN(const std::string start, OnlyOne(values, "start_date"));
  if (!start.empty()) {
    ASSIGN_OR_RETURN(query.start, ParseZonedTime(start, "start_date"));
  }
  ASSIGN_OR_RETURN(const std::string end, OnlyOne(values, "end_date"));
  if (!end.empty()) {
    ASSIGN_OR_RETURN(query.end, ParseZonedTime(end, "end_date"));
  }
  return query;
}

void FindReports(const AskService& ask, const Mapping& mapping, const std::string& district,
                 ReportQuery query, std::function<void(absl::StatusOr<Leads>)> done) {
  const auto search = std::make_shared<Search>();
  search->ask = ask;
  search->mapping = &mapping;
  search->district = district;
  search->query = std::move(query);
  search->done = std::move(done);
  if (search->query.ids.empty()) return search->AskFirstPage();
  search->AskNextId();
}

}  // namespace rectify::gateway::open311
