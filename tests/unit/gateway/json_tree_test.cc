#include "services/gateway/transcode/json_tree.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::gateway {
namespace {

using ::rectify::testing::StatusIs;

TEST(JsonTreeTest, KeepsWhatJavaScriptWouldRound) {
  ASSERT_OK_AND_ASSIGN(const nlohmann::json tree,
                       ParseJson(R"({"a":9007199254740993,"b":["单"]})"));
  EXPECT_EQ(tree.dump(), R"({"a":9007199254740993,"b":["单"]})");
}

TEST(JsonTreeTest, TheSameKeyMayStandInSeveralObjects) {
  EXPECT_OK(ParseJson(R"({"a":{"x":1},"b":[{"x":1},{"x":2}],"x":3})").status());
}

TEST(JsonTreeTest, RefusesWhatReadersUnderstandDifferently) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{}{}"), std::string("{'a':1}"),
        std::string("{\"a\":1,}"), std::string("{\"a\":NaN}"), std::string("{\"a\":\"\xff\"}"),
        std::string(R"({"a":1,"a":1})"), std::string(R"([{"b":{"a":1,"c":2,"a":3}}])"), deep}) {
    EXPECT_THAT(ParseJson(text), StatusIs(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"))
        << text;
  }
  EXPECT_OK(ParseJson(deep.substr(1, 128)).status());
}

}  // namespace
}  // namespace rectify::gateway
