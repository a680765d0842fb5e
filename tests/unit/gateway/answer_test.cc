#include "services/gateway/transcode/answer.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "rectify/venue/v1/venue.pb.h"

namespace rectify::gateway {
namespace {

using nlohmann::json;

TEST(AnswerTest, IsCanonicalJsonWithItsEtag) {
  venue::v1::Venue venue;
  venue.set_name("districts/1/venues/a");
  venue.set_display_name("示例");
  venue.set_etag("\"7\"");
  ASSERT_OK_AND_ASSIGN(const http::Response response,
                       ToResponse(*venue.GetDescriptor(), venue.SerializeAsString()));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("ETag"), "\"7\"");
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
  const json body = json::parse(response.body);
  EXPECT_EQ(body["displayName"], "示例");
  EXPECT_EQ(body["name"], "districts/1/venues/a");
}

TEST(AnswerTest, WhatIsNoMessageIsAnInternalError) {
  EXPECT_EQ(ToResponse(*venue::v1::Venue::descriptor(), "\x07").status().code(),
            absl::StatusCode::kInternal);
}

TEST(AnswerTest, ProblemsCarryReasonFactsAndFields) {
  ErrorDetail detail = {.reason = "ORDER_STATE",
                        .text = {"状态不符", "wrong state"},
                        .metadata = {{"state", "SERVED"}},
                        .violations = {}};
  detail.violations.push_back({"order.items[0]", {"有误", "is wrong"}});
  const absl::Status status = MakeError(absl::StatusCode::kFailedPrecondition, detail);
  const http::Response chinese = ToProblem(status, "zh-CN"), english = ToProblem(status, "en");
  EXPECT_EQ(chinese.status, 400);
  EXPECT_EQ(chinese.headers.Get("Content-Type"), "application/problem+json");
  EXPECT_EQ(chinese.headers.Get("Content-Language"), "zh-CN");
  const json zh = json::parse(chinese.body), en = json::parse(english.body);
  EXPECT_EQ(zh["reason"], "ORDER_STATE");
  EXPECT_EQ(zh["type"], "urn:rectify:problem:ORDER_STATE");
  EXPECT_EQ(zh["metadata"]["state"], "SERVED");
  EXPECT_EQ(zh["detail"], "状态不符");
  EXPECT_EQ(en["detail"], "wrong state");
  EXPECT_EQ(en["violations"][0]["field"], "order.items[0]");
  EXPECT_EQ(zh["violations"][0]["description"], "有误");
}

TEST(AnswerTest, StatusesFollowGoogleRpcCode) {
  EXPECT_EQ(HttpStatusOf(EtagMismatchError("\"3\"")), 412);
  EXPECT_EQ(HttpStatusOf(NotFoundError("x")), 404);
  EXPECT_EQ(HttpStatusOf(FieldError("a", {"一", "one"})), 400);
  EXPECT_EQ(HttpStatusOf(absl::UnauthenticatedError("")), 401);
  EXPECT_EQ(HttpStatusOf(absl::AbortedError("")), 409);
  EXPECT_EQ(HttpStatusOf(absl::InternalError("")), 500);
  EXPECT_EQ(ToProblem(absl::UnauthenticatedError(""), "en").headers.Get("WWW-Authenticate"),
            "Bearer");
  EXPECT_EQ(ToProblem(absl::UnavailableError(""), "en").headers.Get("Retry-After"), "1");
  EXPECT_EQ(json::parse(ToProblem(absl::UnknownError("?"), "en", 413).body)["status"], 413);
}

}  // namespace
}  // namespace rectify::gateway
