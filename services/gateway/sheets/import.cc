#include "services/gateway/sheets/import.h"

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "services/gateway/sheets/import_answer.h"
#include "services/gateway/sheets/import_columns.h"
#include "services/gateway/sheets/import_file.h"
#include "services/gateway/transcode/answer.h"

namespace rectify::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Of whoever may not do this at all, whatever the row says.
bool IsAboutTheCaller(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || ReasonOf(status) == "ROLE_MISSING";
}

std::vector<std::string> RequestIdsOf(const Import& import, const ImportFile& file) {
  std::string parent = import.key;
  if (parent.empty()) {
    parent = absl::BytesToHexString(crypto::Sha256(import.body));
    for (const Capture& capture : import.captures) absl::StrAppend(&parent, "/", capture.second);
  }
  std::vector<std::string> ids;
  std::map<std::string, int> seen;
  for (const FileRow& row : file.rows) {
    const std::string content = absl::StrJoin(row.cells, "\x1f");
    ids.push_back(DeriveRequestId(parent, absl::StrCat(content, "\x1e", ++seen[content])));
  }
  return ids;
}

std::string NameIn(const Message& created) {
  const FieldDescriptor* name = created.GetDescriptor()->FindFieldByName("name");
  return name == nullptr ? "" : created.GetReflection()->GetString(created, name);
}

// One file until all its rows are answered. Its work is done by the workers.
class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(AskRow ask, TellRowProblem tell, Import import, SheetWorkers& workers,
      std::shared_ptr<void> place, std::function<void(absl::StatusOr<http::Response>)> done)
      : ask_(std::move(ask)),
        tell_(std::move(tell)),
        import_(std::move(import)),
        workers_(workers),
        place_(std::move(place)),
        done_(std::move(done)) {}

  void Begin() {
    if (const absl::Status status = Read(); !status.ok()) return done_(status);
    if (file_.rows.empty()) return Finish();
    SendMore();
  }

 private:
  absl::Status Read() {
    ASSIGN_OR_RETURN(file_, ReadFile(import_.form, import_.body));
    ASSIGN_OR_RETURN(columns_,
                     ImportColumns::Match(import_.route, file_.header,
                                          import_.form == SheetForm::kCsv ? "csv" : "xlsx"));
    ids_ = RequestIdsOf(import_, file_);
    results_.resize(file_.rows.size());
    import_.body.clear();
    return absl::OkStatus();
  }

  void SendMore() {
    while (const std::optional<size_t> row = TakeNext()) Send(*row);
  }

  std::optional<size_t> TakeNext() {
    absl::MutexLock lock(&mutex_);
    if (ended_ || next_ == file_.rows.size() || in_flight_ == allowed_) return std::nullopt;
    ++in_flight_;
    return next_++;
  }

  void Send(size_t row) {
    const auto request = RequestOf(row);
    if (!request.ok()) return Note(row, request.status());
    ask_(**request, [self = shared_from_this(), row](absl::StatusOr<std::string> answer) {
      self->workers_.Run([self, row, answer = std::move(answer)] {
        self->TakeAnswer(row, answer);
        self->SendMore();
      });
    });
  }

  absl::StatusOr<std::unique_ptr<Message>> RequestOf(size_t row) const {
    if (file_.rows[row].problem) return FieldError("row", *file_.rows[row].problem, "CSV_INVALID");
    ASSIGN_OR_RETURN(const nlohmann::json body, columns_->BodyOf(file_.rows[row]));
    ASSIGN_OR_RETURN(std::unique_ptr<Message> request,
                     BuildRequest(import_.route, import_.captures, import_.query, body.dump()));
    RETURN_IF_ERROR(SetFromHeader(*request, "request_id", "Idempotency-Key", ids_[row]).status());
    return request;
  }

  void TakeAnswer(size_t row, const absl::StatusOr<std::string>& answer) {
    if (!answer.ok() && End(answer.status())) return;
    {
      absl::MutexLock lock(&mutex_);
      allowed_ = kMaxRowsInFlight;
    }
    Note(row, answer);
  }

  // Whether the first answer ends everything.
  bool End(const absl::Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      if (allowed_ > 1 || !IsAboutTheCaller(status)) return false;
      ended_ = true;
    }
    done_(status);
    return true;
  }

  void Note(size_t row, const absl::StatusOr<std::string>& answer) {
    RowResult result = {file_.rows[row].number, "", ""};
    const auto created =
        answer.ok() ? ParseAnswer(*import_.route.method->output_type(), *answer) : answer.status();
    if (created.ok()) {
      result.name = NameIn(**created);
    } else {
      result.problem = tell_(created.status());
    }
    {
      absl::MutexLock lock(&mutex_);
      results_[row] = std::move(result);
      --in_flight_;
      if (++answered_ < results_.size()) return;
    }
    Finish();
  }

  // All rows have been answered: nobody else is at work here.
  void Finish() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    done_(import_.as_json ? ToJsonAnswer(results_)
                          : ToCsvAnswer(results_, *columns_, import_.english));
  }

  const AskRow ask_;
  const TellRowProblem tell_;
  Import import_;
  SheetWorkers& workers_;
  const std::shared_ptr<void> place_;
  const std::function<void(absl::StatusOr<http::Response>)> done_;
  // Constant after Read.
  ImportFile file_;
  std::optional<ImportColumns> columns_;
  std::vector<std::string> ids_;

  absl::Mutex mutex_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  int allowed_ ABSL_GUARDED_BY(mutex_) = 1;  // in flight, until one row has been answered
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  size_t answered_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<RowResult> results_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::optional<SheetForm> SheetFormOf(absl::string_view content_type) {
  const absl::string_view type =
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';')));
  for (const SheetForm form : kSheetForms) {
    if (absl::EqualsIgnoreCase(type, MediaTypeOf(form))) return form;
  }
  return std::nullopt;
}

bool WantsJson(absl::string_view accept) {
  for (absl::string_view range : absl::StrSplit(accept, ',')) {
    const absl::string_view type = absl::StripAsciiWhitespace(range.substr(0, range.find(';')));
    if (absl::EqualsIgnoreCase(type, "application/json")) return true;
    if (absl::EqualsIgnoreCase(type, MediaTypeOf(SheetForm::kCsv))) return false;
  }
  return false;
}

bool TakesSheet(const Route& route) {
  const auto& method = *route.method;
  const FieldDescriptor* id = method.input_type()->FindFieldByName("request_id");
  const FieldDescriptor* created = CreatedField(method);
  return route.verb == "POST" && route.owner == Owner::kPackage && !method.client_streaming() &&
         !method.server_streaming() && absl::StartsWith(method.name(), "Create") && id != nullptr &&
         id->type() == FieldDescriptor::TYPE_STRING && created != nullptr &&
         (route.body == "*" || route.body == created->name());
}

void AnswerImport(AskRow ask, TellRowProblem tell, Import import, SheetWorkers& workers,
                  std::function<void(absl::StatusOr<http::Response>)> done) {
  std::shared_ptr<void> place = workers.TakePlace();
  if (place == nullptr) return done(NoPlaceError());
  const auto run = std::make_shared<Run>(std::move(ask), std::move(tell), std::move(import),
                                         workers, std::move(place), std::move(done));
  workers.Run([run] { run->Begin(); });
}

}  // namespace rectify::gateway
