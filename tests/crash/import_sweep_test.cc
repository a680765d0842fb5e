// A registry that dies anywhere in an import, which then goes on at another replica.
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "libs/base/ids.h"
#include "services/venue_registry/service.h"
#include "tests/crash/replica.h"
#include "tests/crash/scenarios.h"
#include "tests/integration/venue/fixture.h"

namespace rectify::crash {
namespace {

using Row = venue::v1::ImportVenuesResponse;

constexpr int kRows = 8;  // in batches of three
constexpr int kRefused = 5;

// The n-th run's file.
std::string FileOf(int n) {
  std::string file = "单位名称,类别,性质,无代码原因,地址,街道\n";
  for (int i = 1; i <= kRows; ++i) {
    absl::StrAppend(&file, "示例店", n, "甲", i, ",", i == kRefused ? "无此类别" : "人员密集",
                    ",饭店,无照经营,金钟路", n, "甲", i, "号,金钟街道\n");
  }
  return file;
}

absl::Status SendFile(rpc::Client& client, int n, const std::function<void(const Row&)>& on_row) {
  bool sent = false;
  return client.Stream(
      "rectify.venue.v1.VenueRegistry.ImportVenues",
      [&](google::protobuf::Message& message) {
        if (std::exchange(sent, true)) return false;
        auto& request = static_cast<venue::v1::ImportVenuesRequest&>(message);
        request.set_parent(venue::kParent);
        request.set_import_id(DeriveRequestId("import", absl::StrCat(n)));
        request.set_csv(FileOf(n));
        return true;
      },
      [&](const google::protobuf::Message& message) {
        on_row(static_cast<const Row&>(message));
        return absl::OkStatus();
      },
      absl::Minutes(1));
}

class ImportSweepTest : public venue::VenueTest {
 protected:
  // What became of each row of the n-th run's file, without what tells one run from another.
  std::vector<std::string> Outcome(int n, const std::vector<Row>& rows) {
    std::vector<std::string> outcome;
    for (const Row& row : rows) {
      if (row.venue().empty()) {
        outcome.push_back(absl::StrCat(row.line(), " ", Row::Result_Name(row.result())));
        continue;
      }
      const absl::StatusOr<venue::v1::Venue> got = Get(row.venue());
      EXPECT_OK(got);
      venue::v1::Venue venue = got.value_or(venue::v1::Venue());
      venue.clear_name();
      outcome.push_back(absl::StrCat(
          row.line(), " ",
          absl::StrReplaceAll(venue.ShortDebugString(),
                              {{absl::StrCat(n, "甲"), "甲"},
                               {absl::CEscape(absl::StrCat(n, "甲")), absl::CEscape("甲")}})));
    }
    return outcome;
  }
};

TEST_F(ImportSweepTest, AnImportEndsAsAnUndisturbedOne) {
  std::vector<Row> undisturbed;
  ASSERT_OK(SendFile(registrar(), 0, [&](const Row& row) { undisturbed.push_back(row); }));
  ASSERT_EQ(undisturbed.size(), static_cast<size_t>(kRows));
  const std::vector<std::string> expected = Outcome(0, undisturbed);
  const int64_t venues = Count("select count(*) from venues");
  const size_t events = Events().size();

  const SweepOptions options = {"import", {"import.", "command."}, Replica::ArgsOf(*host_)};
  Sweep(options, nullptr, [&](const Trial& trial) {
    std::vector<Row> rows;
    ASSERT_OK(SendFile(registrar(), trial.n, [&](const Row& row) { rows.push_back(row); }));
    EXPECT_EQ(Outcome(trial.n, rows), expected);
    for (const Row& row : rows) {
      const auto told = trial.acknowledged.find(absl::StrCat(row.line()));
      if (told == trial.acknowledged.end()) continue;
      EXPECT_EQ(row.venue(), told->second);
    }
    EXPECT_EQ(Count("select count(*) from venues"), venues * (trial.n + 1));
    // Two streets were there before.
    EXPECT_EQ(Events().size() - 2, (events - 2) * (trial.n + 1));
  });
}

}  // namespace

bool RunImportScenario(const Args& args) {
  Replica replica(args, venue::Migrations(), [](service::Host& host) {
    return venue::RegisterVenue(host, {.field_key = "", .import_batch_rows = 3});
  });
  const absl::Status status =
      SendFile(replica.As("users/deng.ji", "REGISTRAR"), std::stoi(args.at("n")),
               [&](const Row& row) { Acknowledge(args, absl::StrCat(row.line()), row.venue()); });
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok();
}

}  // namespace rectify::crash
