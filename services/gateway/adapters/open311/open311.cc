#include "services/gateway/adapters/open311/open311.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "services/gateway/adapters/lead/form.h"
#include "services/gateway/adapters/lead/lead_rpc.h"
#include "services/gateway/adapters/open311/document.h"
#include "services/gateway/adapters/open311/mapping.h"
#include "services/gateway/adapters/open311/report_search.h"
#include "services/gateway/transcode/answer.h"

namespace rectify::gateway {
namespace open311 {
namespace {

using hazard::v1::Lead;

// How the answer is written, and to whom.
struct Reply {
  Format format = Format::kJson;
  std::string language;
  http::Respond done;

  void Send(Json content, const char* root, const char* item = "") const {
    done(ToResponse({std::move(content), root, item}, format));
  }
  void SendRequests(Json requests) const {
    Send(std::move(requests), "service_requests", "request");
  }
  void Fail(const absl::Status& status) const;
  void NotAllowed(const char* allowed) const;
};

Json ErrorOf(int code, const Text& text, const std::string& language) {
  return {{"code", code}, {"description", language == "en" ? text.en : text.zh}};
}

// One error for each field at fault.
void Reply::Fail(const absl::Status& status) const {
  // The standard has 403 for a key that is missing as well.
  const int code = HttpStatusOf(status) == 401 ? 403 : HttpStatusOf(status);
  Json errors = Json::array();
  if (const std::optional<ErrorDetail> detail = DetailOf(status); detail) {
    for (const FieldViolation& violation : detail->violations) {
      errors.push_back(ErrorOf(code, violation.text, language));
    }
    if (errors.empty()) errors.push_back(ErrorOf(code, detail->text, language));
  }
  done(ToResponse({std::move(errors), "errors", "error"}, format, code));
}

void Reply::NotAllowed(const char* allowed) const {
  const Text text = {"该路径不支持此方法", "the path does not know this method"};
  http::Response response =
      ToResponse({Json::array({ErrorOf(405, text, language)}), "errors", "error"}, format, 405);
  response.headers.Add("Allow", allowed);
  done(std::move(response));
}

// "requests.xml" is "requests" in XML; false when it ends with neither format.
bool TakeFormat(std::string& segment, Format& format) {
  for (const auto& [suffix, named] : {std::pair(".json", Format::kJson), {".xml", Format::kXml}}) {
    if (!absl::EndsWith(segment, suffix)) continue;
    segment = std::string(absl::StripSuffix(segment, suffix));
    format = named;
    return !segment.empty();
  }
  return false;
}

absl::Status CheckJurisdiction(const NamedValues& values, const std::string& district) {
  ASSIGN_OR_RETURN(const std::string named, OnlyOne(values, "jurisdiction_id"));
  if (named.empty() || named == district) return absl::OkStatus();
  return NotFoundError(absl::StrCat("jurisdiction_id ", named));
}

// The same key again is the same report; "" without one.
absl::StatusOr<std::string> RequestIdIn(const http::Headers& headers) {
  const absl::string_view key = headers.Get("Idempotency-Key");
  if (key.empty() || IsUuid(key)) return std::string(key);
  return FieldError("Idempotency-Key",
                    {"请求头 Idempotency-Key 须为 UUID", "Idempotency-Key must be a UUID"});
}

class Open311 : public Adapter {
 public:
  explicit Open311(std::unique_ptr<Mapping> mapping) : mapping_(std::move(mapping)) {}

  const char* name() const override { return "open311"; }
  std::string CredentialIn(const Question& question) const override;
  void Answer(const Question& question, AskService ask, http::Respond done) const override;

 private:
  void ListServices(const Reply& reply) const;
  void DefineService(const std::string& code, const Reply& reply) const;
  void ListReports(const Question& question, const AskService& ask, const Reply& reply) const;
  // Fails, or goes on with the report of that id.
  void FindOne(const Question& question, const std::string& id, const AskService& ask,
               const Reply& reply, std::function<void(Lead)> found) const;
  void ShowReport(const Question& question, const std::string& id, const AskService& ask,
                  const Reply& reply) const;
  void ShowToken(const Question& question, const std::string& token, const AskService& ask,
                 const Reply& reply) const;
  void AddReport(const Question& question, const AskService& ask, const Reply& reply) const;
  absl::StatusOr<hazard::v1::CreateLeadRequest> ReadReport(const Question& question) const;
  // With until when each is dealt with, where the caller may know.
  void SendLeads(const std::string& district, Leads leads, const AskService& ask,
                 const Reply& reply) const;

  const std::unique_ptr<const Mapping> mapping_;
};

std::string Open311::CredentialIn(const Question& question) const {
  NamedValues values = question.query;
  if (question.verb == "POST") {
    // What is wrong with the form is told when the question is answered.
    const auto form = ParseForm(question.headers, question.body);
    if (form.ok()) values.insert(values.end(), form->begin(), form->end());
  }
  return OnlyOne(values, "api_key").value_or("");
}

void Open311::Answer(const Question& question, AskService ask, http::Respond done) const {
  Reply reply = {Format::kJson, question.language, std::move(done)};
  std::vector<std::string> path = question.path;
  const absl::Status missing = NotFoundError(path.empty() ? "v2" : path.back());
  if (path.size() < 2 || path.size() > 3 || path[0] != "v2") return reply.Fail(missing);
  if (!TakeFormat(path.back(), reply.format)) return reply.Fail(missing);
  const bool one = path.size() == 3, reports = path[1] == "requests";
  if (path[1] != "services" && !reports && (path[1] != "tokens" || !one)) {
    return reply.Fail(missing);
  }
  if (question.verb == "POST" && reports && !one) return AddReport(question, ask, reply);
  if (question.verb != "GET") return reply.NotAllowed(reports && !one ? "GET, POST" : "GET");
  if (absl::Status known = CheckJurisdiction(question.query, question.district); !known.ok()) {
    return reply.Fail(known);
  }
  if (path[1] == "tokens") return ShowToken(question, path[2], ask, reply);
  if (reports) {
    return one ? ShowReport(question, path[2], ask, reply) : ListReports(question, ask, reply);
  }
  one ? DefineService(path[2], reply) : ListServices(reply);
}

void Open311::ListServices(const Reply& reply) const {
  Json services = Json::array();
  for (const v1::Open311Service& service : mapping_->rules().services()) {
    services.push_back(mapping_->ServiceAsJson(service));
  }
  reply.Send(std::move(services), "services", "service");
}

void Open311::DefineService(const std::string& code, const Reply& reply) const {
  if (mapping_->FindService(code) == nullptr) {
    return reply.Fail(NotFoundError(absl::StrCat("service_code ", code)));
  }
  reply.Send({{"service_code", code}, {"attributes", Json::array()}}, "service_definition");
}

void Open311::SendLeads(const std::string& district, Leads leads, const AskService& ask,
                        const Reply& reply) const {
  std::vector<std::string> kinds;
  const bool any_open = std::any_of(leads.begin(), leads.end(),
                                    [this](const Lead& lead) { return !mapping_->IsClosed(lead); });
  if (any_open) {
    kinds.assign(mapping_->rules().clock_kinds().begin(), mapping_->rules().clock_kinds().end());
  }
  const std::string only = leads.size() == 1 ? leads[0].name() : "";
  FindDueTimes(ask, district, only, kinds,
               [this, leads = std::move(leads), reply](const DueTimes& due) {
                 Json requests = Json::array();
                 for (const Lead& lead : leads) {
                   const auto found = due.find(lead.name());
                   std::optional<absl::Time> until;
                   if (found != due.end()) until = found->second;
                   requests.push_back(mapping_->LeadAsJson(lead, until));
                 }
                 reply.SendRequests(std::move(requests));
               });
}

void Open311::ListReports(const Question& question, const AskService& ask,
                          const Reply& reply) const {
  absl::StatusOr<ReportQuery> query = ParseReportQuery(question.query, *mapping_);
  if (!query.ok()) return reply.Fail(query.status());
  FindReports(ask, *mapping_, question.district, *std::move(query),
              [this, ask, reply, district = question.district](absl::StatusOr<Leads> leads) {
                if (!leads.ok()) return reply.Fail(leads.status());
                SendLeads(district, *std::move(leads), ask, reply);
              });
}

void Open311::FindOne(const Question& question, const std::string& id, const AskService& ask,
                      const Reply& reply, std::function<void(Lead)> found) const {
  ReportQuery query;
  query.ids = {id};
  FindReports(ask, *mapping_, question.district, std::move(query),
              [id, reply, found = std::move(found)](absl::StatusOr<Leads> leads) {
                if (!leads.ok()) return reply.Fail(leads.status());
                if (leads->empty()) return reply.Fail(NotFoundError(id));
                found(std::move(leads->front()));
              });
}

void Open311::ShowReport(const Question& question, const std::string& id, const AskService& ask,
                         const Reply& reply) const {
  FindOne(question, id, ask, reply, [this, ask, reply, district = question.district](Lead lead) {
    SendLeads(district, {std::move(lead)}, ask, reply);
  });
}

void Open311::ShowToken(const Question& question, const std::string& token, const AskService& ask,
                        const Reply& reply) const {
  FindOne(question, token, ask, reply, [token, reply](const Lead& lead) {
    reply.SendRequests({{{"service_request_id", RequestIdOf(lead)}, {"token", token}}});
  });
}

absl::StatusOr<hazard::v1::CreateLeadRequest> Open311::ReadReport(const Question& question) const {
  ASSIGN_OR_RETURN(const NamedValues form, ParseForm(question.headers, question.body));
  RETURN_IF_ERROR(CheckJurisdiction(form, question.district));
  Record report;
  for (const auto& [name, value] : form) {
    if (name != "service_code" && !mapping_->Uses(name)) continue;
    ASSIGN_OR_RETURN(report[name], OnlyOne(form, name));
  }
  ASSIGN_OR_RETURN(hazard::v1::CreateLeadRequest request,
                   mapping_->ToLead(question.district, report));
  ASSIGN_OR_RETURN(*request.mutable_request_id(), RequestIdIn(question.headers));
  return request;
}

void Open311::AddReport(const Question& question, const AskService& ask, const Reply& reply) const {
  const absl::StatusOr<hazard::v1::CreateLeadRequest> request = ReadReport(question);
  if (!request.ok()) return reply.Fail(request.status());
  CreateLead(ask, *request, [this, reply](const absl::StatusOr<Lead>& lead) {
    if (!lead.ok()) return reply.Fail(mapping_->InTheirWords(lead.status()));
    reply.SendRequests({{{"service_request_id", RequestIdOf(*lead)},
                         {"service_notice", mapping_->rules().notice()},
                         {"account_id", nullptr}}});
  });
}

}  // namespace
}  // namespace open311

absl::StatusOr<std::unique_ptr<Adapter>> MakeOpen311(const std::string& mapping_file) {
  ASSIGN_OR_RETURN(auto mapping, open311::Mapping::Load(mapping_file));
  return std::make_unique<open311::Open311>(std::move(mapping));
}

}  // namespace rectify::gateway
