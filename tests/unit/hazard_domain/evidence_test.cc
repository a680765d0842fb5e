#include "services/hazard_findings/domain/evidence.h"

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using absl::StatusCode;
using rectify::testing::HasViolation;
using rectify::testing::StatusIs;

constexpr char kFinding[] = "districts/120110/findings/01850000-0000-7000-8000-0000000000f1";

Evidence Photo() {
  Evidence evidence;
  evidence.district = kDistrict;
  evidence.subject = kFinding;
  evidence.media_type = "image/jpeg";
  evidence.sha256 = std::string(64, 'a');
  evidence.capture_time = At(2023, 2, 1);
  return evidence;
}

std::string Box(const std::string& brand) {
  return std::string("\0\0\0\x20", 4) + "ftyp" + brand + "rest";
}

TEST(EvidenceTest, AFileIsWhatItsBytesSay) {
  EXPECT_EQ(SniffMediaType("\xFF\xD8\xFF\xE0 JFIF"), "image/jpeg");
  EXPECT_EQ(SniffMediaType("\x89PNG\r\n\x1A\n...."), "image/png");
  EXPECT_EQ(SniffMediaType("%PDF-1.7"), "application/pdf");
  EXPECT_EQ(SniffMediaType(Box("isom")), "video/mp4");
  EXPECT_EQ(SniffMediaType(Box("M4A ")), "audio/mp4");
  EXPECT_EQ(SniffMediaType("现场笔录"), "text/plain");
  EXPECT_EQ(SniffMediaType(""), "");
  EXPECT_EQ(SniffMediaType(std::string("a\0b", 3)), "");
  EXPECT_EQ(SniffMediaType("\x7F"
                           "ELF\xFF"),
            "");
}

TEST(EvidenceTest, ACharacterCutAtTheEndOfTheBeginningIsStillText) {
  std::string text;
  while (text.size() < kSniffBytes) text += "证";  // three bytes each: the 512th splits one
  EXPECT_EQ(SniffMediaType(text.substr(0, kSniffBytes)), "text/plain");
  EXPECT_EQ(SniffMediaType(std::string("证").substr(0, 2)), "");
}

TEST(EvidenceTest, VideoMayBeTenTimesAsLarge) {
  constexpr int64_t kMiB = 1 << 20;
  Evidence evidence = Photo();
  EXPECT_OK(CheckSize(evidence, 50 * kMiB));
  EXPECT_THAT(CheckSize(evidence, 50 * kMiB + 1),
              StatusIs(StatusCode::kInvalidArgument, "EVIDENCE_TOO_LARGE"));
  evidence.media_type = "video/mp4";
  EXPECT_OK(CheckSize(evidence, 500 * kMiB));
  EXPECT_THAT(CheckSize(evidence, 500 * kMiB + 1),
              StatusIs(StatusCode::kInvalidArgument, "EVIDENCE_TOO_LARGE"));
}

TEST(EvidenceTest, WrongMetadataIsNamed) {
  EXPECT_OK(CheckEvidence(Photo(), At(2023, 2, 2)));
  Evidence evidence = Photo();
  evidence.subject = "districts/120111/findings/01850000-0000-7000-8000-0000000000f1";
  EXPECT_THAT(CheckEvidence(evidence, At(2023, 2, 2)), HasViolation("metadata.subject"));
  evidence = Photo();
  evidence.sha256 = std::string(64, 'A');
  EXPECT_THAT(CheckEvidence(evidence, At(2023, 2, 2)), HasViolation("metadata.sha256"));
  EXPECT_THAT(CheckEvidence(Photo(), At(2023, 1, 31)),
              StatusIs(StatusCode::kInvalidArgument, "IN_THE_FUTURE"));
  evidence = Photo();
  evidence.media_type = "image/svg+xml";
  EXPECT_THAT(CheckEvidence(evidence, At(2023, 2, 2)),
              StatusIs(StatusCode::kInvalidArgument, "EVIDENCE_TYPE_NOT_ALLOWED"));
}

TEST(EvidenceTest, OutsidersAttachOnlyToWhatIsTheirs) {
  const Evidence evidence = Photo();
  const EvidenceSubject ours = {true, true, kVenue, ""};
  EXPECT_OK(CheckMayAttach(evidence, ours, true, {}));
  EXPECT_OK(CheckMayAttach(evidence, ours, false, {kVenue}));
  EXPECT_TRUE(absl::IsNotFound(CheckMayAttach(evidence, ours, false, {kZhang})));
  // A lead without venue belongs to nobody outside, not to a caller without posts either.
  const EvidenceSubject nobodys = {true, true, "", ""};
  EXPECT_TRUE(absl::IsNotFound(CheckMayAttach(evidence, nobodys, false, {""})));
  const EvidenceSubject missing = {true, false, "", ""};
  EXPECT_TRUE(absl::IsNotFound(CheckMayAttach(evidence, missing, true, {})));
  const EvidenceSubject elsewhere = {false, false, "", ""};
  EXPECT_OK(CheckMayAttach(evidence, elsewhere, true, {}));
  EXPECT_TRUE(absl::IsNotFound(CheckMayAttach(evidence, elsewhere, false, {kVenue})));
}

TEST(EvidenceTest, TheContentMustBeWhatWasCaptured) {
  const Evidence evidence = Photo();
  EXPECT_OK(CheckContent(evidence, "\xFF\xD8\xFF", evidence.sha256));
  EXPECT_THAT(CheckContent(evidence, "\xFF\xD8\xFF", std::string(64, 'b')),
              StatusIs(StatusCode::kInvalidArgument, "EVIDENCE_HASH_MISMATCH"));
  EXPECT_THAT(CheckContent(evidence, "%PDF-", evidence.sha256),
              StatusIs(StatusCode::kInvalidArgument, "EVIDENCE_TYPE_NOT_ALLOWED"));
}

}  // namespace
}  // namespace rectify::hazard::domain
