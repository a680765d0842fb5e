#include "libs/log/log.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace rectify::log {
namespace {

using Json = nlohmann::json;

// Runs `write` and returns the lines it logged, each read as JSON.
template <typename Write>
std::vector<Json> Logged(Write write) {
  ::testing::internal::CaptureStderr();
  write();
  const std::string output = ::testing::internal::GetCapturedStderr();
  std::vector<Json> lines;
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    lines.push_back(Json::parse(std::string(line), nullptr, false));
  }
  return lines;
}

TEST(LogTest, WritesOneJsonObjectPerLine) {
  Init("venue_registry", "info");
  const auto lines = Logged([] {
    Info("started", {{"port", 7001}, {"ratio", 0.5}, {"ready", true}, {"size", size_t{7}}});
    Warning("slow", {{"method", "GetVenue"}});
  });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("level"), "info");
  EXPECT_EQ(lines[0].at("service"), "venue_registry");
  EXPECT_EQ(lines[0].at("event"), "started");
  EXPECT_EQ(lines[0].at("port"), 7001);
  EXPECT_EQ(lines[0].at("ratio"), 0.5);
  EXPECT_EQ(lines[0].at("ready"), true);
  EXPECT_EQ(lines[0].at("size"), 7);
  EXPECT_EQ(lines[1].at("level"), "warning");
  EXPECT_EQ(lines[1].at("method"), "GetVenue");
}

TEST(LogTest, EscapesWhateverItIsGiven) {
  Init("a\"b", "info");
  using std::string_literals::operator""s;
  const std::string nasty = "quote\" back\\ line\n\r\t nul\0 bell\a {} %v 整改 𠮷"s;
  const auto lines = Logged([&] {
    Info("{\"event\"}\n", {{"te\"xt", nasty}, {"broken", "a\xff"}, {"nan", std::nan("")}});
  });
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_TRUE(lines[0].is_object());
  EXPECT_EQ(lines[0].at("service"), "a\"b");
  EXPECT_EQ(lines[0].at("event"), "{\"event\"}\n");
  EXPECT_EQ(lines[0].at("te\"xt"), nasty);
  EXPECT_EQ(lines[0].at("broken"), "a\xEF\xBF\xBD");
  EXPECT_TRUE(lines[0].at("nan").is_null());
}

TEST(LogTest, TimeIsRfc3339InUtc) {
  Init("test", "info");
  const auto lines = Logged([] { Info("now"); });
  ASSERT_EQ(lines.size(), 1u);
  const std::string text = lines[0].at("time");
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << error;
  EXPECT_EQ(text.back(), 'Z');
}

TEST(LogTest, LevelDropsWhatLiesBelow) {
  const auto all = [] {
    Debug("d");
    Info("i");
    Warning("w");
    Error("e");
  };
  Init("test", "debug");
  EXPECT_EQ(Logged(all).size(), 4u);
  Init("test", "info");
  EXPECT_EQ(Logged(all).size(), 3u);
  Init("test", "warning");
  EXPECT_EQ(Logged(all).size(), 2u);
  Init("test", "error");
  const auto lines = Logged(all);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("level"), "error");
}

}  // namespace
}  // namespace rectify::log
