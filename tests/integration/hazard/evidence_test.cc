// Evidence: real streams, real files, real rows.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/evidence_events.pb.h"
#include "rectify/hazard/v1/evidence_service.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

namespace fs = std::filesystem;

constexpr char kEvidence[] = "rectify.hazard.v1.EvidenceStore.";
constexpr size_t kChunk = 1 << 20;
constexpr absl::Duration kPatience = absl::Seconds(30);

class EvidenceTest : public HazardTest {
 protected:
  EvidenceTest() {
    v1::RecordInspectionRequest request = Sample();
    *request.mutable_inspection()->add_findings() = Order("B02");
    finding_ = Record(request)->findings(0).name();
  }

  // A photo of `size` bytes.
  static std::string Photo(size_t size) { return "\xFF\xD8\xFF\xE0" + std::string(size - 4, 'x'); }

  v1::EvidenceMetadata Describe(const std::string& content) const {
    v1::EvidenceMetadata metadata;
    metadata.set_subject(finding_);
    metadata.set_media_type("image/jpeg");
    metadata.set_sha256(absl::BytesToHexString(crypto::Sha256(content)));
    *metadata.mutable_capture_time() = rpc::ToTimestamp(At(2, 1, 10));
    metadata.set_device("执法记录仪3号（示例）");
    return metadata;
  }

  static absl::StatusOr<v1::Evidence> Upload(rpc::Client& client,
                                             const v1::EvidenceMetadata& metadata,
                                             const std::string& content,
                                             const std::string& request_id = "") {
    size_t sent = 0;
    bool first = true;
    v1::Evidence evidence;
    const absl::Status status = client.Stream(
        absl::StrCat(kEvidence, "UploadEvidence"),
        [&](google::protobuf::Message& message) {
          if (!first && sent == content.size()) return false;
          auto& request = static_cast<v1::UploadEvidenceRequest&>(message);
          request.Clear();
          if (first) {
            request.set_parent("districts/120110");
            *request.mutable_metadata() = metadata;
            request.set_request_id(request_id);
          }
          first = false;
          request.set_chunk(content.substr(sent, kChunk));
          sent += request.chunk().size();
          return true;
        },
        [&](const google::protobuf::Message& message) {
          evidence.CopyFrom(message);
          return absl::OkStatus();
        },
        kPatience);
    if (!status.ok()) return status;
    return evidence;
  }
  absl::StatusOr<v1::Evidence> Upload(const std::string& content) {
    return Upload(Zhang(), Describe(content), content);
  }

  absl::StatusOr<std::string> Download(const std::string& name) {
    bool asked = false;
    std::string content;
    const absl::Status status = Zhang().Stream(
        absl::StrCat(kEvidence, "DownloadEvidence"),
        [&](google::protobuf::Message& message) {
          if (std::exchange(asked, true)) return false;
          static_cast<v1::DownloadEvidenceRequest&>(message).set_name(name);
          return true;
        },
        [&](const google::protobuf::Message& message) {
          content += static_cast<const v1::DownloadEvidenceResponse&>(message).chunk();
          return absl::OkStatus();
        },
        kPatience);
    if (!status.ok()) return status;
    return content;
  }

  std::string Folder() const { return system_.folder() + "/evidence"; }
  // All files under the folder, kept and arriving.
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(Folder())) {
      if (entry.is_regular_file()) files.push_back(entry.path().filename().string());
    }
    return files;
  }

  std::string finding_;
};

TEST_F(EvidenceTest, ComesBackAsItWentIn) {
  const std::string photo = Photo(2 * kChunk + 17);
  const auto evidence = Upload(photo);
  ASSERT_OK(evidence);
  EXPECT_EQ(evidence->size_bytes(), static_cast<int64_t>(photo.size()));
  EXPECT_EQ(evidence->uploader(), "users/zhang.wei");
  EXPECT_THAT(Files(), ::testing::ElementsAre(evidence->sha256()));

  const auto content = Download(evidence->name());
  ASSERT_OK(content);
  EXPECT_TRUE(*content == photo);
  std::vector<std::string> actions;
  for (const auto& entry : Trail(evidence->name())) actions.push_back(entry.action());
  EXPECT_THAT(actions, ::testing::UnorderedElementsAre("UploadEvidence", "DownloadEvidence"));
  EXPECT_EQ(EventTypes().back(), "EvidenceAdded");
}

TEST_F(EvidenceTest, TheSameContentTwiceIsOneFileWithTwoLinks) {
  const std::string photo = Photo(1000);
  const auto first = Upload(photo);
  const auto second = Upload(photo);
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_NE(first->name(), second->name());
  EXPECT_EQ(Files().size(), 1u);
  v1::ListEvidenceRequest list;
  list.set_parent("districts/120110");
  list.set_filter(absl::StrCat("sha256 = \"", first->sha256(), "\""));
  const auto page =
      Zhang().Unary<v1::ListEvidenceResponse>(absl::StrCat(kEvidence, "ListEvidence"), list);
  ASSERT_OK(page);
  EXPECT_EQ(page->evidence_size(), 2);
}

TEST_F(EvidenceTest, ARepeatedRequestIsOnePieceOfEvidence) {
  const std::string photo = Photo(1000);
  const std::string id = "01850000-0000-7000-8000-00000000beef";
  const auto first = Upload(Zhang(), Describe(photo), photo, id);
  const auto again = Upload(Zhang(), Describe(photo), photo, id);
  ASSERT_OK(first);
  ASSERT_OK(again);
  EXPECT_EQ(first->name(), again->name());
}

TEST_F(EvidenceTest, WhatIsNotTheCapturedFileLeavesNothing) {
  const std::string photo = Photo(1000);
  EXPECT_EQ(ReasonOf(Upload(Zhang(), Describe(photo), photo.substr(0, 900)).status()),
            "EVIDENCE_HASH_MISMATCH");
  const std::string text = "不是照片";
  EXPECT_EQ(ReasonOf(Upload(text).status()), "EVIDENCE_TYPE_NOT_ALLOWED");
  const std::string large = Photo(50 * kChunk + 1);
  EXPECT_EQ(ReasonOf(Upload(large).status()), "EVIDENCE_TOO_LARGE");
  EXPECT_THAT(Files(), ::testing::IsEmpty());
}

TEST_F(EvidenceTest, AVenueAttachesToItsOwnFindingsOnly) {
  const std::string photo = Photo(1000);
  rpc::Client& manager = system_.As("hazard", "users/manager", {"VENUE_MANAGER"}, {kVenue});
  EXPECT_OK(Upload(manager, Describe(photo), photo));
  rpc::Client& other = system_.As("hazard", "users/other", {"VENUE_MANAGER"}, {kOtherVenue});
  EXPECT_TRUE(absl::IsNotFound(Upload(other, Describe(photo), photo).status()));
  v1::EvidenceMetadata unknown = Describe(photo);
  unknown.set_subject("districts/120110/findings/01850000-0000-7000-8000-0000000000ff");
  EXPECT_TRUE(absl::IsNotFound(Upload(Zhang(), unknown, photo).status()));
}

TEST_F(EvidenceTest, AVenueAttachesUnderEachOfItsNames) {
  venue::v1::Venue other = SampleVenue();
  other.set_name(kOtherVenue);
  registry_.Announce(other);
  venue::v1::Venue gone = SampleVenue();
  gone.set_etag("\"2\"");
  registry_.AnnounceMerge(gone, other);
  system_.Settle();
  const std::string photo = Photo(1000);
  for (const char* name : {kVenue, kOtherVenue}) {
    rpc::Client& manager = system_.As("hazard", "users/manager", {"VENUE_MANAGER"}, {name});
    EXPECT_OK(Upload(manager, Describe(photo), photo)) << name;
  }
}

TEST_F(EvidenceTest, AChangedFileIsNoticed) {
  const auto evidence = Upload(Photo(1000));
  ASSERT_OK(evidence);
  const std::string path =
      absl::StrCat(Folder(), "/", evidence->sha256().substr(0, 2), "/", evidence->sha256());
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path, std::ios::app) << "more";
  EXPECT_TRUE(absl::IsDataLoss(Download(evidence->name()).status()));
  fs::remove(path);
  EXPECT_TRUE(absl::IsDataLoss(Download(evidence->name()).status()));
}

TEST_F(EvidenceTest, WhatACrashCutOffIsSwept) {
  const std::string old_file = Folder() + "/incoming/old", new_file = Folder() + "/incoming/new";
  std::ofstream(old_file) << "half";
  std::ofstream(new_file) << "half";
  fs::last_write_time(old_file, fs::file_time_type::clock::now() - std::chrono::hours(3));
  system_.Settle();
  EXPECT_FALSE(fs::exists(old_file));
  EXPECT_TRUE(fs::exists(new_file));
}

TEST_F(EvidenceTest, WithoutAFolderNothingIsTaken) {
  system_.Stop("hazard");
  hazard_ = &system_.Start("hazard", Migrations(), [](service::Host& host) {
    return RegisterHazard(host, HazardConfig{});
  });
  EXPECT_EQ(ReasonOf(Upload(Photo(1000)).status()), "EVIDENCE_STORE_MISSING");
}

}  // namespace
}  // namespace rectify::hazard
