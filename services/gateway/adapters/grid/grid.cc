#include "services/gateway/adapters/grid/grid.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "services/gateway/adapters/grid/mapping.h"
#include "services/gateway/adapters/lead/form.h"
#include "services/gateway/adapters/lead/lead_rpc.h"
#include "services/gateway/adapters/lead/local_time.h"
#include "services/gateway/transcode/answer.h"

namespace rectify::gateway {
namespace grid {
namespace {

using hazard::v1::Lead;
using hazard::v1::ListLeadsResponse;

constexpr int kPageSize = 500;

const std::string& In(const std::string& language, const Text& text) {
  return language == "en" ? text.en : text.zh;
}

http::Response ToResponse(const Json& content, int status = 200) {
  http::Response response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json; charset=utf-8");
  response.body = content.dump();
  return response;
}

// {"code", "message"} of an error, with "reason" and "field" where it has them.
Json ErrorOf(const absl::Status& status, const std::string& language) {
  Json error = {{"code", HttpStatusOf(status)}};
  const std::optional<ErrorDetail> detail = DetailOf(status);
  if (!detail) return error;
  error["reason"] = detail->reason;
  const auto field = detail->metadata.find("field");
  if (!detail->violations.empty()) {
    error["field"] = detail->violations[0].field;
  } else if (field != detail->metadata.end()) {
    error["field"] = field->second;
  }
  error["message"] = In(language, detail->text);
  return error;
}

http::Response Failure(const absl::Status& status, const std::string& language) {
  return ToResponse(ErrorOf(status, language), HttpStatusOf(status));
}

// Whoever may not hand in one record may hand in none.
bool IsAboutCaller(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status) ||
         absl::IsNotFound(status);
}

bool IsOutage(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status);
}

// The records of one call, one after another, so that the same id twice has an order.
struct Intake : std::enable_shared_from_this<Intake> {
  const Mapping* mapping;
  AskService ask;
  std::string language;
  http::Respond done;
  Batch batch;
  size_t next = 0;
  int received = 0;
  absl::Status outage;  // OK until a call fails for all that follow
  Json results = Json::array();

  void AskNext() {
    while (next < batch.records.size()) {
      const auto& request = batch.records[next].request;
      if (request.ok() && outage.ok()) return Ask(*request);
      Refuse(request.ok() ? outage : request.status());
    }
    Finish();
  }

  void Ask(const hazard::v1::CreateLeadRequest& request) {
    CreateLead(ask, request,
               [self = shared_from_this()](const absl::StatusOr<Lead>& lead) { self->Note(lead); });
  }

  void Note(const absl::StatusOr<Lead>& lead) {
    if (lead.ok()) {
      results.push_back({{"rec_id", batch.records[next].rec_id}, {"lead", lead->name()}});
      ++received;
      ++next;
      return AskNext();
    }
    // The next record would fare no better.
    const bool all = IsOutage(lead.status()) || IsAboutCaller(lead.status());
    if (all && received == 0) return done(Failure(lead.status(), language));
    if (all) outage = lead.status();
    Refuse(PrefixFields(mapping->InTheirWords(lead.status()), absl::StrCat("data[", next, "]")));
    AskNext();
  }

  void Refuse(const absl::Status& status) {
    results.push_back(
        {{"rec_id", batch.records[next].rec_id}, {"error", ErrorOf(status, language)}});
    ++next;
  }

  void Finish() {
    const size_t refused = batch.records.size() - received;
    const Text text = {absl::StrCat("接收", received, "条，未接收", refused, "条"),
                       absl::StrCat(received, " received, ", refused, " refused")};
    done(ToResponse({{"code", refused == 0 ? 0 : 1},
                     {"message", In(language, text)},
                     {"received", received},
                     {"refused", refused},
                     {"ignored", batch.ignored},
                     {"records", std::move(results)}}));
  }
};

struct StandingQuery {
  hazard::v1::ListLeadsRequest request;
  absl::Time after = absl::InfinitePast();
};

class Grid : public Adapter {
 public:
  explicit Grid(std::unique_ptr<Mapping> mapping) : mapping_(std::move(mapping)) {}

  const char* name() const override { return "grid"; }
  void Answer(const Question& question, AskService ask, http::Respond done) const override;

 private:
  absl::StatusOr<Batch> ReadBatch(const Question& question) const;
  void TakeRecords(const Question& question, AskService ask, http::Respond done) const;
  absl::StatusOr<StandingQuery> ReadQuery(const Question& question) const;
  void TellStanding(const Question& question, const AskService& ask, http::Respond done) const;

  const std::unique_ptr<const Mapping> mapping_;
};

void Grid::Answer(const Question& question, AskService ask, http::Respond done) const {
  const std::string resource = question.path.size() == 1 ? question.path[0] : "";
  const bool in = resource == "synRecStatInfo", out = resource == "recStatInfo";
  if (!in && !out) return done(Failure(NotFoundError(resource), question.language));
  const char* verb = in ? "POST" : "GET";
  if (question.verb != verb) {
    const Text text = {"该路径不支持此方法", "the path does not know this method"};
    http::Response response =
        ToResponse({{"code", 405}, {"message", In(question.language, text)}}, 405);
    response.headers.Add("Allow", verb);
    return done(std::move(response));
  }
  if (in) return TakeRecords(question, std::move(ask), std::move(done));
  TellStanding(question, ask, std::move(done));
}

absl::StatusOr<Batch> Grid::ReadBatch(const Question& question) const {
  ASSIGN_OR_RETURN(const NamedValues form, ParseForm(question.headers, question.body));
  ASSIGN_OR_RETURN(const std::string sender, OnlyOne(form, "senderCode"));
  if (sender != question.district) {
    return FieldError("senderCode", {"senderCode 应为本区的行政区划代码",
                                     "senderCode must be the code of this district"});
  }
  ASSIGN_OR_RETURN(const std::string data, OnlyOne(form, "data"));
  return mapping_->ReadRecords(question.district, data);
}

void Grid::TakeRecords(const Question& question, AskService ask, http::Respond done) const {
  absl::StatusOr<Batch> batch = ReadBatch(question);
  if (!batch.ok()) return done(Failure(batch.status(), question.language));
  const auto intake = std::make_shared<Intake>();
  intake->mapping = mapping_.get();
  intake->ask = std::move(ask);
  intake->language = question.language;
  intake->done = std::move(done);
  intake->batch = *std::move(batch);
  intake->AskNext();
}

absl::StatusOr<StandingQuery> Grid::ReadQuery(const Question& question) const {
  StandingQuery query;
  query.request.set_parent(absl::StrCat("districts/", question.district));
  query.request.set_page_size(kPageSize);
  query.request.set_filter(
      absl::StrCat("source = \"", Lead::Source_Name(mapping_->rules().source()), "\""));
  ASSIGN_OR_RETURN(const std::string id, OnlyOne(question.query, "rec_id"));
  if (!id.empty()) {
    absl::StrAppend(query.request.mutable_filter(), " AND external_id = \"",
                    absl::StrReplaceAll(id, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
  }
  ASSIGN_OR_RETURN(*query.request.mutable_page_token(), OnlyOne(question.query, "page"));
  ASSIGN_OR_RETURN(const std::string after, OnlyOne(question.query, "after"));
  if (!after.empty()) {
    ASSIGN_OR_RETURN(query.after, ParseLocalTime(after, "after"));
  }
  return query;
}

void Grid::TellStanding(const Question& question, const AskService& ask, http::Respond done) const {
  const absl::StatusOr<StandingQuery> query = ReadQuery(question);
  if (!query.ok()) return done(Failure(query.status(), question.language));
  ListLeads(ask, query->request,
            [this, language = question.language, after = query->after,
             done = std::move(done)](const absl::StatusOr<ListLeadsResponse>& page) {
              if (!page.ok()) return done(Failure(page.status(), language));
              Json records = Json::array();
              for (const Lead& lead : page->leads()) {
                if (rpc::ToTime(ChangeTimeOf(lead)) < after) continue;
                records.push_back(mapping_->LeadAsRecord(lead));
              }
              const Text text = {absl::StrCat(records.size(), "条"),
                                 absl::StrCat(records.size(), " records")};
              done(ToResponse({{"code", 0},
                               {"message", In(language, text)},
                               {"data", std::move(records)},
                               {"next", page->next_page_token()}}));
            });
}

}  // namespace
}  // namespace grid

absl::StatusOr<std::unique_ptr<Adapter>> MakeGrid(const std::string& mapping_file) {
  ASSIGN_OR_RETURN(auto mapping, grid::Mapping::Load(mapping_file));
  return std::make_unique<grid::Grid>(std::move(mapping));
}

}  // namespace rectify::gateway
