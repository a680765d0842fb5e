#include "services/reminder_dispatch/channels/file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/sandbox.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::channels {
namespace {

using ::testing::HasSubstr;
using Kind = domain::Attempt::Kind;

std::string Read(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class FileTest : public ::testing::Test {
 protected:
  FileTest() {
    message_.delivery_id = "0185a0b0-0000-7000-8000-000000000009";
    message_.title = "逾期未改";
    message_.body = "请立即改正。";
    message_.written = domain::At(2, 25);
    message_.addressees = {"张三", "李四"};
  }
  std::string Path() const {
    return folder_.path() + "/letters/2023-02-25/" + message_.delivery_id + ".txt";
  }

  testing::TempDir folder_;
  FileChannel channel_{folder_.path() + "/letters"};
  Message message_;
};

TEST_F(FileTest, ALetterLiesInTheFolderOfItsDay) {
  EXPECT_EQ(channel_.Send(message_).kind, Kind::kAccepted);
  const std::string letter = Read(Path());
  EXPECT_EQ(letter, channel_.Content(message_));
  EXPECT_THAT(letter, HasSubstr("收件人：张三、李四\n"));
  EXPECT_THAT(letter, HasSubstr("请立即改正。"));
}

TEST_F(FileTest, ASecondWriteIsTheSameFile) {
  ASSERT_EQ(channel_.Send(message_).kind, Kind::kAccepted);
  ASSERT_EQ(channel_.Send(message_).kind, Kind::kAccepted);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
    if (entry.is_regular_file()) ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(FileTest, AnUnknownRecipientIsSaid) {
  message_.addressees.clear();
  EXPECT_THAT(channel_.Content(message_), HasSubstr("收件人未登记"));
}

TEST_F(FileTest, AFolderThatCannotBeWrittenIsTriedAgain) {
  std::ofstream(folder_.path() + "/letters") << "in the way";
  EXPECT_EQ(channel_.Send(message_).kind, Kind::kTemporary);
}

}  // namespace
}  // namespace rectify::reminder::channels
