// Separation of the discipline committee from those whom it supervises: two districts that differ
// in nothing but visits answer the enforcement side alike, byte for byte.
#include <cstdio>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/redis/redis.h"
#include "rectify/authz/v1/authz.pb.h"
#include "tests/integration/noninterference/sweep.h"
#include "tests/integration/noninterference/world.h"

namespace rectify::noninterference {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kEnforcement[] = {"venue", "hazard", "deadline", "reminder"};
constexpr const char* kRoles[] = {
    "INSPECTOR",      "DEPARTMENT_HEAD",  "LEGAL_REVIEWER", "CHIEF",   "VENUE_MANAGER",
    "STREET_OFFICER", "DEPARTMENT_STAFF", "REGISTRAR",      "OPERATOR"};
constexpr size_t kVariants = 5;

class NoninterferenceTest : public ::testing::Test {
 protected:
  NoninterferenceTest() { visited_.MakeVisits(); }

  // Somebody with every role of the enforcement side, and the posts of all officers.
  static Who Everybody() {
    Who who = {"users/everybody", {}, {}};
    who.roles.assign(std::begin(kRoles), std::end(kRoles));
    for (int n = 0; n < 3; ++n) {
      who.posts.push_back(
          absl::StrCat(kParent, "/officers/01850000-0000-7000-8000-00000000100", n));
    }
    return who;
  }

  static Who Service() { return {"services/deadline", {"SERVICE"}, {}}; }

  static bool IsAuditedRead(const google::protobuf::MethodDescriptor& method) {
    return method.options().GetExtension(authz::v1::rule).audit_read();
  }

  // Asks both districts the same, as everybody together and as a service.
  void Compare(const std::string& service, const google::protobuf::MethodDescriptor& method,
               size_t variant) {
    for (const Who& who : {Everybody(), Service()}) {
      const std::string plain = Ask(plain_, service, method, who, names_, variant);
      const std::string visited = Ask(visited_, service, method, who, names_, variant);
      EXPECT_EQ(plain, visited) << service << " " << method.full_name() << " " << variant;
      names_.Harvest(plain);
      ++calls_;
      answered_ += plain.substr(0, 2) == "OK" ? 1 : 0;
    }
  }

  World plain_, visited_;
  Names names_;
  int calls_ = 0;
  int answered_ = 0;
};

TEST_F(NoninterferenceTest, TheWholeEnforcementSideAnswersAlikeByteForByte) {
  // The first rounds find names, so that later ones ask about what exists.
  for (size_t variant = 0; variant < kVariants; ++variant) {
    for (const char* service : kEnforcement) {
      for (const auto* method : MethodsOf(service)) {
        if (!IsAuditedRead(*method)) Compare(service, *method, variant);
      }
    }
    plain_.system().Settle();
    visited_.system().Settle();
  }
  // Last, because each of these is audited under a random id of its own, which the audit trail
  // shows.
  for (const char* service : kEnforcement) {
    for (const auto* method : MethodsOf(service)) {
      for (size_t variant = 0; variant < kVariants; ++variant) {
        if (IsAuditedRead(*method)) Compare(service, *method, variant);
      }
    }
  }
  std::printf("%d calls, %d of them answered OK\n", calls_, answered_);
  EXPECT_GT(answered_, calls_ / 5) << "most questions were not understood: nothing is shown";
}

TEST_F(NoninterferenceTest, EveryFollowupMethodRefusesEveryEnforcementRoleInTheSameWords) {
  Names none, real;
  for (const std::string& name : visited_.FollowupNames()) real.Add(name);
  ASSERT_FALSE(real.All().empty());
  for (const auto* method : MethodsOf("followup")) {
    std::set<std::string> words;
    std::vector<Who> callers = {Everybody(), Service()};
    for (const char* role : kRoles) {
      callers.push_back({absl::StrCat("users/", role), {role}, {}});
    }
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
