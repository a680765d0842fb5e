#include "services/reminder_dispatch/channels/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"

namespace rectify::reminder::channels {
namespace {

// Closes with the scope.
class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool Write(absl::string_view text) {
    while (fd_ >= 0 && !text.empty()) {
      const ssize_t written = write(fd_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      text.remove_prefix(static_cast<size_t>(written));
    }
    return fd_ >= 0;
  }
  bool Sync() { return fd_ >= 0 && fsync(fd_) == 0; }

 private:
  int fd_;
};

// A reader sees the whole letter or none.
bool WriteDurably(const std::filesystem::path& path, const std::string& text) {
  const std::string temporary = path.string() + ".part";
  {
    File file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.Write(text) || !file.Sync()) return false;
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return false;
  return File(path.parent_path().string(), O_RDONLY | O_DIRECTORY).Sync();
}

}  // namespace

std::string FileChannel::Mask(const Message& message) const {
  return absl::StrCat(FormatCivilDay(CivilDayOf(message.written)), "/", message.delivery_id,
                      ".txt");
}

std::string FileChannel::Content(const Message& message) const {
  const std::string to = message.addressees.empty() ? "（收件人未登记，请查明后送交）"
                                                    : absl::StrJoin(message.addressees, "、");
  return absl::StrCat("收件人：", to, "\n日期：", FormatCivilDay(CivilDayOf(message.written)),
                      "\n编号：", message.delivery_id, "\n\n", message.title, "\n\n", message.body,
                      "\n");
}

domain::Attempt FileChannel::Send(const Message& message) {
  const std::filesystem::path path = std::filesystem::path(outbox_) / Mask(message);
  std::error_code error;
  const bool created = std::filesystem::create_directories(path.parent_path(), error);
  // A new day's folder must survive a power cut as well.
  if (!error && created) File(outbox_, O_RDONLY | O_DIRECTORY).Sync();
  if (error || !WriteDurably(path, Content(message))) {
    const std::string cause =
        (error ? error : std::error_code(errno, std::generic_category())).message();
    return {domain::Attempt::Kind::kTemporary, absl::StrCat("书面通知写不进文件夹：", cause), {}};
  }
  return {domain::Attempt::Kind::kAccepted, absl::StrCat("已写入 ", Mask(message)), {}};
}

}  // namespace rectify::reminder::channels
