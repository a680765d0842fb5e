#include "libs/metrics/metrics.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::metrics {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, CountsPerLabel) {
  Count("rectify_test_calls_total", {{"method", "A"}});
  Count("rectify_test_calls_total", {{"method", "A"}}, 2);
  Count("rectify_test_calls_total", {{"method", "B"}});
  Count("rectify_test_bare_total");
  const std::string text = Exposition();
  EXPECT_THAT(text, HasSubstr("# TYPE rectify_test_calls_total counter"));
  EXPECT_THAT(text, HasSubstr("rectify_test_calls_total{method=\"A\"} 3"));
  EXPECT_THAT(text, HasSubstr("rectify_test_calls_total{method=\"B\"} 1"));
  EXPECT_THAT(text, HasSubstr("rectify_test_bare_total 1"));
}

TEST(MetricsTest, AGaugeShowsItsLastValue) {
  SetGauge("rectify_test_age_seconds", {}, 7);
  SetGauge("rectify_test_age_seconds", {}, 2.5);
  EXPECT_THAT(Exposition(), HasSubstr("rectify_test_age_seconds 2.5"));
}

TEST(MetricsTest, DurationsAreObservedInSeconds) {
  Observe("rectify_test_call_seconds", {{"code", "OK"}}, absl::Milliseconds(3));
  Observe("rectify_test_call_seconds", {{"code", "OK"}}, absl::Seconds(90));
  const std::string text = Exposition();
  EXPECT_THAT(text, HasSubstr("rectify_test_call_seconds_count{code=\"OK\"} 2"));
  EXPECT_THAT(text, HasSubstr("rectify_test_call_seconds_bucket{code=\"OK\",le=\"0.0025\"} 0"));
  EXPECT_THAT(text, HasSubstr("rectify_test_call_seconds_bucket{code=\"OK\",le=\"0.005\"} 1"));
  EXPECT_THAT(text, HasSubstr("rectify_test_call_seconds_bucket{code=\"OK\",le=\"60\"} 1"));
}

TEST(MetricsTest, ContradictionsAreCountedNotThrown) {
  Count("rectify_test_kind_total");
  SetGauge("rectify_test_kind_total", {}, 5);
  Count("not a metric name");
  Count("rectify_test_label_total", {{"not a label", "x"}});
  const std::string text = Exposition();
  EXPECT_THAT(text, HasSubstr("rectify_test_kind_total 1"));
  for (const char* name :
       {"rectify_test_kind_total", "not a metric name", "rectify_test_label_total"}) {
    EXPECT_THAT(text,
                HasSubstr("rectify_metrics_rejected_total{name=\"" + std::string(name) + "\"} 1"));
  }
}

TEST(MetricsTest, NoCountIsLostBetweenThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < 1000; ++j) {
        Count("rectify_test_threads_total", {{"shard", std::to_string(j % 10)}});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = Exposition();
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(text,
                HasSubstr("rectify_test_threads_total{shard=\"" + std::to_string(i) + "\"} 400\n"));
  }
}

// A loopback socket that listens on a port of the system's choice.
class Listener {
 public:
  Listener() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(fd_); }
  int port() const { return port_; }

 private:
  int fd_;
  int port_;
};

std::string HttpGet(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
    EXPECT_EQ(send(fd, request.data(), request.size(), 0), ssize_t(request.size()));
    char buffer[4096];
    for (ssize_t got; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) answer.append(buffer, got);
  }
  close(fd);
  return answer;
}

TEST(ServeTest, AnswersScrapesOnLoopback) {
  // Another process may take the port between the two steps.
  int port = 0;
  absl::Status served = absl::UnavailableError("not tried");
  for (int attempt = 0; attempt < 10 && !served.ok(); ++attempt) {
    port = Listener().port();
    served = Serve("127.0.0.1:" + std::to_string(port));
  }
  ASSERT_OK(served);
  Count("rectify_test_served_total");
  const std::string answer = HttpGet(port, "/metrics");
  EXPECT_THAT(answer, HasSubstr("200 OK"));
  EXPECT_THAT(answer, HasSubstr("rectify_test_served_total 1"));
}

TEST(ServeTest, RefusesATakenPortAndOddAddresses) {
  Listener taken;
  EXPECT_EQ(Serve("127.0.0.1:" + std::to_string(taken.port())).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_OK(Serve("127.0.0.1:0"));
  for (const char* listen : {"", "9100", ":9100", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000"}) {
    EXPECT_EQ(Serve(listen).code(), absl::StatusCode::kInvalidArgument) << listen;
  }
}

}  // namespace
}  // namespace rectify::metrics
