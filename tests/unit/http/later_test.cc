#include "libs/http/later.h"

#include <atomic>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace rectify::http {
namespace {

TEST(LaterTest, DoesWhatItIsToldOnAnotherThread) {
  Later later;
  absl::Notification done;
  later.After(absl::Milliseconds(1),
              [&] { later.After(absl::ZeroDuration(), [&] { done.Notify(); }); });
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

TEST(LaterTest, DropsWhatIsStillToComeWhenItEnds) {
  std::atomic<bool> called = false;
  const auto kept = std::make_shared<int>(1);
  {
    Later later;
    later.After(absl::Hours(1), [&called, kept] { called = true; });
  }
  EXPECT_FALSE(called);
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace rectify::http
