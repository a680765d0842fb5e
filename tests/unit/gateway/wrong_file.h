// What an adapter says of mapping files that are wrong.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/paths.h"
#include "libs/testing/status_matchers.h"

namespace rectify::gateway {

// One change of the built-in file, and what its fault is called.
struct FileCase {
  const char* old_text;
  const char* new_text;
  const char* fault;
};

// `file`: its name in services/gateway/data.
template <typename Mapping>
void ExpectFaults(const std::string& file, const std::vector<FileCase>& cases) {
  std::ifstream stream(rectify::testing::SourcePath("/services/gateway/data/" + file));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_OK(Mapping::Parse(text, "file.txtpb").status());
  for (const FileCase& each : cases) {
    ASSERT_TRUE(absl::StrContains(text, each.old_text)) << each.old_text;
    const auto parsed =
        Mapping::Parse(absl::StrReplaceAll(text, {{each.old_text, each.new_text}}), "file.txtpb");
    ASSERT_FALSE(parsed.ok()) << each.new_text;
    EXPECT_THAT(std::string(parsed.status().message()), ::testing::HasSubstr(each.fault));
    EXPECT_THAT(std::string(parsed.status().message()), ::testing::HasSubstr("file.txtpb"));
  }
  EXPECT_THAT(Mapping::Load("/nowhere.txtpb"),
              rectify::testing::StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace rectify::gateway
