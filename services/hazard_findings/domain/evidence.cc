#include "services/hazard_findings/domain/evidence.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/text.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

constexpr int64_t kMiB = 1 << 20;
constexpr size_t kSha256Digits = 64;
constexpr size_t kSubjectParts = 4;  // districts/{district}/{kind}/{uuid}
constexpr size_t kLongestCodePoint = 4;

struct MediaType {
  absl::string_view name;
  int64_t max_bytes;
};

constexpr MediaType kMediaTypes[] = {{"image/jpeg", 50 * kMiB},      {"image/png", 50 * kMiB},
                                     {"application/pdf", 50 * kMiB}, {"video/mp4", 500 * kMiB},
                                     {"audio/mp4", 50 * kMiB},       {"text/plain", 50 * kMiB}};

constexpr absl::string_view kSubjectKinds[] = {
    "findings", "inspections", "leads", "orders", "majorHazards", "seals", "selfInspections"};

bool Contains(const std::vector<std::string>& posts, const std::string& post) {
  return !post.empty() && std::find(posts.begin(), posts.end(), post) != posts.end();
}

// The last character of the beginning may be cut.
bool IsText(absl::string_view head) {
  for (size_t cut = 0; cut < kLongestCodePoint && cut <= head.size(); ++cut) {
    if (cut > 0 && head.size() < kSniffBytes) break;  // it is the whole text
    if (IsCleanUtf8(head.substr(0, head.size() - cut))) return true;
  }
  return false;
}

bool IsSha256(absl::string_view text) {
  return text.size() == kSha256Digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

absl::Status TypeError(absl::string_view zh, absl::string_view en) {
  return FieldError("metadata.media_type", {std::string(zh), std::string(en)},
                    "EVIDENCE_TYPE_NOT_ALLOWED");
}

}  // namespace

std::string EvidenceName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/evidence/", id);
}

std::optional<int64_t> MaxBytes(absl::string_view media_type) {
  for (const MediaType& type : kMediaTypes) {
    if (type.name == media_type) return type.max_bytes;
  }
  return std::nullopt;
}

absl::string_view SniffMediaType(absl::string_view head) {
  if (absl::StartsWith(head, "\xFF\xD8\xFF")) return "image/jpeg";
  if (absl::StartsWith(head, "\x89PNG\r\n\x1A\n")) return "image/png";
  if (absl::StartsWith(head, "%PDF-")) return "application/pdf";
  // ISO base media: a box "ftyp" with the brand at byte 8 (ISO/IEC 14496-12, 4.3).
  if (head.size() >= 12 && head.substr(4, 4) == "ftyp") {
    const absl::string_view brand = head.substr(8, 3);
    return brand == "M4A" || brand == "M4B" ? "audio/mp4" : "video/mp4";
  }
  if (!head.empty() && IsText(head.substr(0, kSniffBytes))) return "text/plain";
  return "";
}

std::optional<std::string> SubjectKind(absl::string_view district, absl::string_view subject) {
  const std::vector<std::string> parts = absl::StrSplit(subject, '/');
  if (parts.size() != kSubjectParts || parts[0] != "districts" || parts[1] != district ||
      !IsUuid(parts[3])) {
    return std::nullopt;
  }
  const auto* kind = std::find(std::begin(kSubjectKinds), std::end(kSubjectKinds), parts[2]);
  if (kind == std::end(kSubjectKinds)) return std::nullopt;
  return parts[2];
}

absl::Status CheckEvidence(const Evidence& evidence, absl::Time now) {
  if (!MaxBytes(evidence.media_type).has_value()) {
    return TypeError("不接收这种类型的文件（metadata.media_type）",
                     "files of this type are not taken (metadata.media_type)");
  }
  Problems problems;
  if (!SubjectKind(evidence.district, evidence.subject).has_value()) {
    problems.Add("metadata.subject", "应为本区的隐患、检查、线索、文书、重大火灾隐患、查封或者自查",
                 "must be a finding, inspection, lead, order, major hazard, seal or "
                 "self-inspection of the district");
  }
  if (!IsSha256(evidence.sha256)) {
    problems.Add("metadata.sha256", "应为64位小写十六进制数",
                 "must be 64 hexadecimal digits in lower case");
  }
  if (evidence.capture_time > now) {
    problems.Add("metadata.capture_time", "晚于当前时间", "lies in the future", "IN_THE_FUTURE");
  }
  return std::move(problems).Result();
}

absl::Status CheckMayAttach(const Evidence& evidence, const EvidenceSubject& subject,
                            bool fire_body, const std::vector<std::string>& posts) {
  if (fire_body && (subject.present || !subject.ours)) return absl::OkStatus();
  if (!fire_body && subject.present &&
      (Contains(posts, subject.venue) || Contains(posts, subject.reporter))) {
    return absl::OkStatus();
  }
  return NotFoundError(evidence.subject);
}

absl::Status CheckContent(const Evidence& evidence, absl::string_view head,
                          absl::string_view sha256) {
  if (sha256 != evidence.sha256) {
    const Text text = {"收到的内容与取证时的校验值不符（metadata.sha256）",
                       "what arrived is not what was captured (metadata.sha256)"};
    return MakeError(absl::StatusCode::kInvalidArgument,
                     {.reason = "EVIDENCE_HASH_MISMATCH",
                      .text = text,
                      .metadata = {{"sha256", std::string(sha256)}},
                      .violations = {{.field = "metadata.sha256", .text = text}}});
  }
  if (SniffMediaType(head) != evidence.media_type) {
    return TypeError("内容不是所称的类型（metadata.media_type）",
                     "the content is not of this type (metadata.media_type)");
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const Evidence& evidence, int64_t bytes) {
  const int64_t max = MaxBytes(evidence.media_type).value_or(0);
  if (bytes <= max) return absl::OkStatus();
  const Text text = {absl::StrCat("文件超过 ", max / kMiB, " MiB（chunk）"),
                     absl::StrCat("the file has more than ", max / kMiB, " MiB (chunk)")};
  return MakeError(absl::StatusCode::kInvalidArgument,
                   {.reason = "EVIDENCE_TOO_LARGE",
                    .text = text,
                    .metadata = {{"max_bytes", absl::StrCat(max)}},
                    .violations = {{.field = "chunk", .text = text}}});
}

}  // namespace rectify::hazard::domain
