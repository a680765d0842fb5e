#include "services/gateway/routes/route_table.h"

#include "gmock/gmock.h"
#include "google/api/annotations.pb.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/contracts/contracts.h"

namespace rectify::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::IsNull;
using ::testing::Optional;

const std::set<std::string> kAll = {"venue",    "hazard",   "deadline",
                                    "reminder", "followup", "partner"};

TEST(RouteTableTest, HasEveryRpcOfTheContractsThatNamesAPath) {
  ASSERT_OK_AND_ASSIGN(const RouteTable table, RouteTable::Create(kAll));
  size_t with_path = 0;
  for (const auto* file : ContractFiles()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        with_path += file->service(s)->method(m)->options().HasExtension(google::api::http);
      }
    }
  }
  EXPECT_GT(with_path, 150);
  EXPECT_EQ(table.routes().size(), with_path);
}

TEST(RouteTableTest, FindsByVerbAndPath) {
  ASSERT_OK_AND_ASSIGN(const RouteTable table, RouteTable::Create(kAll));
  const Found get = table.Find("GET", {"v1", "districts", "1", "venues", "a"});
  ASSERT_NE(get.route, nullptr);
  EXPECT_EQ(get.route->method->name(), "GetVenue");
  EXPECT_EQ(get.route->service, "venue");
  const Found put = table.Find("PUT", {"v1", "districts", "1", "venues", "a"});
  EXPECT_THAT(put.route, IsNull());
  EXPECT_THAT(put.allowed, ElementsAre("GET", "PATCH"));
  EXPECT_THAT(table.Find("GET", {"v1", "nothing"}).allowed, IsEmpty());
}

TEST(RouteTableTest, KnowsWhereFilesMayCome) {
  ASSERT_OK_AND_ASSIGN(const RouteTable table, RouteTable::Create(kAll));
  EXPECT_TRUE(table.TakesFile("POST", {"v1", "districts", "1", "evidence:upload"}));
  EXPECT_FALSE(table.TakesFile("GET", {"v1", "districts", "1", "evidence:upload"}));
  EXPECT_FALSE(table.TakesFile("POST", {"v1", "districts", "1", "evidence"}));
  EXPECT_FALSE(table.TakesFile("POST", {"v1", "districts", "1", "venues"}));
  const Found found = table.Find("POST", {"v1", "districts", "1", "evidence:upload"});
  ASSERT_NE(found.route, nullptr);
  EXPECT_TRUE(TakesFile(*found.route));
}

TEST(RouteTableTest, KnowsWhoOwnsAResource) {
  ASSERT_OK_AND_ASSIGN(const RouteTable table, RouteTable::Create(kAll));
  EXPECT_THAT(table.OwnerOf("districts/1/venues/a"), Optional(Eq("venue")));
  EXPECT_THAT(table.OwnerOf("districts/1/findings/a"), Optional(Eq("hazard")));
  EXPECT_THAT(table.OwnerOf("districts/1/orders/a"), Optional(Eq("deadline")));
  EXPECT_EQ(table.OwnerOf("districts/1/planets/a"), std::nullopt);
}

TEST(RouteTableTest, WhatNobodyServesHasNoRoute) {
  ASSERT_OK_AND_ASSIGN(const RouteTable table, RouteTable::Create({"venue"}));
  EXPECT_THAT(table.Find("GET", {"v1", "districts", "1", "draws"}).allowed, IsEmpty());
  for (const Route& route : table.routes()) {
    EXPECT_TRUE(route.owner != Owner::kPackage || route.service == "venue");
  }
}

}  // namespace
}  // namespace rectify::gateway
