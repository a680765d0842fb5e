// Separation of the discipline committee from those whom it supervises: two districts that differ
// in nothing but visits answer the enforcement side alike, byte for byte.
#include <cstdio>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/redis/redis.h"
#include "rectify/authz/v1/authz.pb.h"
#include "tests/integration/noninterference/sweep.h"
#include "tests/integration/noninterference/world.h"

namespace rectify::noninterference {
namespace {

using google::protobuf::MethodDescriptor;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::Not;
using ::testing::StartsWith;

constexpr size_t kVariants = 5;
// Reads of what the two districts have none of: of them only refusals are compared. Not to grow.
const std::vector<std::string> kNeverRead = {
    "hazard rectify.hazard.v1.DepartmentTasks.GetDepartmentTask",
    "hazard rectify.hazard.v1.EvidenceStore.DownloadEvidence",
    "hazard rectify.hazard.v1.EvidenceStore.GetEvidence",
    "hazard rectify.hazard.v1.MajorHazards.GetMajorHazard",
    "hazard rectify.hazard.v1.MajorHazards.SuggestMajorHazard",
    "hazard rectify.hazard.v1.SelfInspections.GetSelfInspection",
    "partner rectify.partner.v1.PartnerAccess.ExchangeApiKey",   // nobody here knows the secret
    "partner rectify.partner.v1.PartnerAccess.ExchangeIdToken",  // nobody here can log in elsewhere
    "reminder rectify.reminder.v1.ReminderDispatch.PreviewReminders",
    "venue rectify.venue.v1.BuildingRegistry.GetBuilding",
    "venue rectify.venue.v1.BuildingRegistry.GetUnit",
    "venue rectify.venue.v1.VenueDirectory.SearchNearby",
    "venue rectify.venue.v1.VenueRegistry.RevealContacts"};
constexpr char kBarrier[] = "rectify.ops.v1.Simulation.Settle";

// Everybody whom the contract knows, but the committee and the services: INSPECTOR, ….
std::vector<std::string> EnforcementRoles() {
  std::vector<std::string> roles;
  const auto& all = *authz::v1::Role_descriptor();
  for (int i = 0; i < all.value_count(); ++i) {
    const int number = all.value(i)->number();
    if (number == authz::v1::ROLE_UNSPECIFIED || number == authz::v1::ROLE_DISCIPLINE ||
        number == authz::v1::ROLE_SERVICE) {
      continue;
    }
    roles.push_back(all.value(i)->name().substr(sizeof("ROLE_") - 1));
  }
  return roles;
}

// What the callers stand for: officers, venues and the street.
std::vector<std::string> Posts() {
  std::vector<std::string> posts = {kStreet};
  for (int n = 0; n < 3; ++n) {
    posts.push_back(absl::StrCat(kParent, "/officers/01850000-0000-7000-8000-00000000100", n));
    posts.push_back(absl::StrCat(kParent, "/venues/01850000-0000-7000-8000-00000000000", n));
  }
  return posts;
}

Who Everybody() { return {"users/everybody", EnforcementRoles(), Posts()}; }

Who Service() { return {"services/deadline", {"SERVICE"}, {}}; }

// Each role alone: one that sees less than all together might see something else.
std::vector<Who> EachAlone() {
  std::vector<Who> callers;
  for (const std::string& role : EnforcementRoles()) {
    callers.push_back({absl::StrCat("users/", role), {role}, Posts()});
  }
  return callers;
}

bool IsAuditedRead(const MethodDescriptor& method) {
  return method.options().GetExtension(authz::v1::rule).audit_read();
}

bool IsRead(const MethodDescriptor& method) {
  return method.options().GetExtension(authz::v1::rule).idempotent() || IsAuditedRead(method);
}

class NoninterferenceTest : public ::testing::Test {
 protected:
  NoninterferenceTest() { visited_.MakeVisits(); }

  void Settle() {
    plain_.system().Settle();
    visited_.system().Settle();
  }

  // Asks both districts the same.
  void Compare(const std::string& service, const MethodDescriptor& method, const Who& who,
               size_t variant) {
    // How far the events have come depends on when one asks, unless nothing is left to do.
    if (!absl::StartsWith(method.full_name(), absl::StrCat("rectify.", service, "."))) Settle();
    const std::string plain = Ask(plain_, service, method, who, names_, variant);
    const std::string visited = Ask(visited_, service, method, who, names_, variant);
    EXPECT_EQ(plain, visited) << service << " " << method.full_name() << " " << who.user << " "
                              << variant;
    names_.Harvest(plain);
    ++calls_;
    const std::string asked = absl::StrCat(service, " ", method.full_name());
    if (absl::StartsWith(plain, "OK")) {
      ++answered_;
      unanswered_.erase(asked);
      known_.insert(asked);
    } else if (known_.count(asked) == 0) {
      unanswered_[asked] = plain.substr(0, 200);
    }
  }

  template <typename Callers>
  void CompareAll(const Callers& callers, size_t variant, bool (*wanted)(const MethodDescriptor&)) {
    for (const char* service : kEnforcement) {
      for (const auto* method : MethodsOf(service)) {
        if (!wanted(*method)) continue;
        for (const Who& who : callers) Compare(service, *method, who, variant);
      }
    }
  }

  World plain_, visited_;
  Names names_;
  int calls_ = 0;
  int answered_ = 0;
  std::set<std::string> known_;                    // answered OK at least once
  std::map<std::string, std::string> unanswered_;  // never, and how
};

TEST(ContractTest, EveryServiceIsOfTheEnforcementSideOrTheCommittees) {
  std::set<std::string> here(std::begin(kEnforcement), std::end(kEnforcement));
  here.insert("followup");
  EXPECT_EQ(ServicesOfTheContract(), here) << "a service that this test does not ask";
}

TEST_F(NoninterferenceTest, TheWholeEnforcementSideAnswersAlikeByteForByte) {
  const std::vector<Who> together = {Everybody(), Service()};
  // The first rounds find names, so that later ones ask about what exists.
  for (size_t variant = 0; variant < kVariants; ++variant) {
    CompareAll(together, variant, [](const MethodDescriptor& m) { return !IsAuditedRead(m); });
    Settle();
  }
  for (size_t variant = 0; variant < kVariants; ++variant) {
    CompareAll(EachAlone(), variant,
               [](const MethodDescriptor& m) { return IsRead(m) && !IsAuditedRead(m); });
  }
  // Last, because each of these is audited under a random id of its own, which the audit trail
  // shows.
  std::vector<Who> all = EachAlone();
  all.insert(all.end(), together.begin(), together.end());
  for (size_t variant = 0; variant < kVariants; ++variant) {
    CompareAll(all, variant, IsAuditedRead);
  }
  std::printf("%d calls, %d of them answered OK; never answered OK: %zu methods\n", calls_,
              answered_, unanswered_.size());
  std::vector<std::string> unread;
  for (const auto& [method, error] : unanswered_) {
    std::printf("  %s: %s\n", method.c_str(), error.c_str());
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
        method.substr(method.find(' ') + 1));
    if (IsRead(*descriptor)) unread.push_back(method);
  }
  EXPECT_THAT(unread, IsSubsetOf(kNeverRead)) << "nothing is shown by reads that were only refused";
}

TEST_F(NoninterferenceTest, EveryFollowupMethodRefusesEveryEnforcementRoleInTheSameWords) {
  Names none, real;
  for (const std::string& name : visited_.FollowupNames()) real.Add(name);
  ASSERT_FALSE(real.All().empty());
  std::vector<Who> callers = EachAlone();
  callers.push_back(Everybody());
  callers.push_back(Service());
  for (const auto* method : MethodsOf("followup")) {
    if (method->full_name() == kBarrier) continue;  // below
    std::set<std::string> words;
    for (const Who& who : callers) {
      for (size_t variant : {0, 1, 2}) {
        words.insert(Ask(plain_, "followup", *method, who, none, variant));
        words.insert(Ask(visited_, "followup", *method, who, none, variant));
        words.insert(Ask(visited_, "followup", *method, who, real, variant));
      }
    }
    ASSERT_EQ(words.size(), 1u) << method->full_name();
    const bool own = method->file()->package() == "rectify.followup.v1";
    EXPECT_THAT(*words.begin(), HasSubstr(own ? "PERMISSION_DENIED" : "UNIMPLEMENTED"))
        << method->full_name();
  }
}

// Operators of a simulated run bring the follow-up service to rest as well.
TEST_F(NoninterferenceTest, TheBarrierOfTheFollowupServiceTellsNothingOfVisits) {
  const auto* barrier =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(kBarrier);
  Names none;
  const std::string plain = Ask(plain_, "followup", *barrier, Everybody(), none, 0);
  EXPECT_THAT(plain, StartsWith("OK"));
  EXPECT_EQ(Ask(visited_, "followup", *barrier, Everybody(), none, 0), plain);
  // Also right after something happened.
  visited_.IssueReferral();
  EXPECT_EQ(Ask(visited_, "followup", *barrier, Everybody(), none, 0), plain);
}

TEST_F(NoninterferenceTest, NothingOfTheFollowupServiceIsInTheSharedDatabaseOrRedis) {
  for (World* world : {&plain_, &visited_}) {
    pg::PoolOptions options;
    options.dsn = world->system().database().dsn();
    options.schema = "public";
    pg::Pool pool(options);
    static constexpr pg::Statement kSchemas = {"test.schemas", R"sql(
      select count(*) from pg_namespace where nspname = 'followup')sql"};
    const absl::StatusOr<int64_t> schemas =
        pool.TransactValue("test.schemas", {}, [](pg::Tx& tx) -> absl::StatusOr<int64_t> {
          ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kSchemas));
          return rows[0].Int(0);
        });
    ASSERT_OK(schemas);
    EXPECT_EQ(*schemas, 0);
    redis::Connection redis(world->system().redis().address());
    const auto keys = redis.Command({"KEYS", "*"});
    ASSERT_OK(keys);
    std::vector<std::string> all;
    for (const redis::Reply& key : keys->elements) all.push_back(key.text);
    EXPECT_THAT(all, Each(Not(HasSubstr("followup"))));
    EXPECT_FALSE(all.empty());
  }
}

}  // namespace
}  // namespace rectify::noninterference
