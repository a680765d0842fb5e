// A follow-up service that dies anywhere between the frame of a draw and its sample.
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "tests/crash/replica.h"
#include "tests/crash/scenarios.h"
#include "tests/integration/followup/fixture.h"

namespace rectify::crash {
namespace {

using followup::v1::Draw;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kJi[] = "users/ji.wei", kBai[] = "users/bai.lin";

// The commands of the n-th run's draw, each by somebody under a request id of its own.
class DrawCommands {
 public:
  using Clients = std::function<rpc::Client&(const std::string& user)>;
  using Answered = std::function<void(const std::string& step, const std::string& answer)>;
  DrawCommands(int n, Clients clients, Answered answered)
      : n_(n), clients_(std::move(clients)), answered_(std::move(answered)) {}

  // From the frame to the sample, from wherever it was left.
  absl::StatusOr<Draw> Run() {
    followup::v1::CreateFrameRequest frame;
    frame.set_parent(followup::kParent);
    frame.set_quarter("2023Q1");
    ASSIGN_OR_RETURN(const Draw draw, Call(kJi, "CreateFrame", frame));
    followup::v1::FreezeFrameRequest freeze;
    freeze.set_name(draw.name());
    freeze.add_officials(kJi);
    freeze.add_officials(kBai);
    RETURN_IF_ERROR(Call(kJi, "FreezeFrame", freeze).status());
    for (const char* official : {kJi, kBai}) {
      followup::v1::CommitSeedHalfRequest commit;
      commit.set_name(draw.name());
      commit.set_commitment(absl::BytesToHexString(crypto::Sha256(Half(official))));
      RETURN_IF_ERROR(Call(official, "CommitSeedHalf", commit).status());
    }
    for (const char* official : {kJi, kBai}) {
      followup::v1::RevealSeedHalfRequest reveal;
      reveal.set_name(draw.name());
      reveal.set_value(Half(official));
      RETURN_IF_ERROR(Call(official, "RevealSeedHalf", reveal).status());
    }
    followup::v1::DrawSampleRequest sample;
    sample.set_name(draw.name());
    return Call(kJi, "DrawSample", sample);
  }

 private:
  std::string Half(const std::string& official) const {
    return absl::BytesToHexString(crypto::Sha256(absl::StrCat(n_, official)));
  }

  template <typename Request>
  absl::StatusOr<Draw> Call(const std::string& user, const std::string& method, Request request) {
    const std::string step = absl::StrCat(method, "/", user);
    request.set_request_id(DeriveRequestId(absl::StrCat("draw/", n_), step));
    ASSIGN_OR_RETURN(Draw draw, clients_(user).Unary<Draw>(
                                    "rectify.followup.v1.FollowupDraws." + method, request));
    answered_(step, draw.SerializeAsString());
    return draw;
  }

  const int n_;
  const Clients clients_;
  const Answered answered_;
};

class DrawSweepTest : public followup::FollowupTest {
 protected:
  DrawSweepTest() { AddVisitors(4); }

  // What the n-th run draws from, besides what the earlier ones left.
  void AddUnits(int n) {
    std::string csv = "文号,决定日期,类别,单位名称,承办人,处罚\n";
    for (int i = 0; i < 4; ++i) {
      absl::StrAppend(&csv, "罚字", n, "-", i, "号,2023-02-03,行政处罚,示例单位", n, "-", i, ",",
                      followup::Officer(i), ",罚款五千元\n");
    }
    ASSERT_THAT(Import(csv), SizeIs(4));
  }

  int64_t Count(const char* sql) {
    const auto count = followup_->pool().TransactValue(
        "test.count", {}, [&](pg::Tx& tx) -> absl::StatusOr<int64_t> {
          ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec({sql, sql}));
          return rows[0].Int(0);
        });
    EXPECT_OK(count);
    return count.value_or(0);
  }
};

TEST_F(DrawSweepTest, EachDrawExistsOnceAndVerifies) {
  int drawn = 0;
  std::string last_hash;
  const SweepOptions options = {"draw", {"draw.", "command."}, Replica::ArgsOf(*followup_)};
  Sweep(
      options, [&](int n) { AddUnits(n); },
      [&](const Trial& trial) {
        DrawCommands commands(
            trial.n, [&](const std::string& user) -> rpc::Client& { return As(user); },
            [&](const std::string& step, const std::string& answer) {
              const auto told = trial.acknowledged.find(step);
              if (told == trial.acknowledged.end()) return;
              EXPECT_EQ(told->second, answer) << step;
            });
        ASSERT_OK_AND_ASSIGN(const Draw draw, commands.Run());
        EXPECT_EQ(Count("select count(*) from draws"), trial.n);
        EXPECT_EQ(draw.number(), trial.n);
        EXPECT_EQ(draw.previous_record_hash(), last_hash);
        EXPECT_THAT(Verify(Record(draw)), IsEmpty());
        drawn += draw.sample_size();
        EXPECT_EQ(Count("select count(*) from penalised_units where state <> 1"), drawn);
        EXPECT_EQ(Count("select count(*) from visits"), drawn);
        last_hash = draw.record_hash();
      });
}

}  // namespace

bool RunDrawScenario(const Args& args) {
  Replica replica(args, followup::Migrations(), [](service::Host& host) {
    return followup::RegisterFollowup(host, followup::FollowupConfig{});
  });
  DrawCommands commands(
      std::stoi(args.at("n")),
      [&](const std::string& user) -> rpc::Client& { return replica.As(user, "DISCIPLINE"); },
      [&](const std::string& step, const std::string& answer) { Acknowledge(args, step, answer); });
  const absl::StatusOr<Draw> draw = commands.Run();
  if (!draw.ok()) std::fprintf(stderr, "%s\n", draw.status().ToString().c_str());
  return draw.ok();
}

}  // namespace rectify::crash
